// The arithmetic of the page: the library's min-max normalization and weighted sum, with the same order of operations,
// so that scores and ranks are bit-equal with `modelzoo.rank`. Nothing here touches the document.
const Ranking = (() => {
  const ROUNDING = 1e-12; // values as given are equal within this share of the larger one
  const TOLERANCE = 1e-9; // normalized values are equal within this, sums of them within this times their number
  const HALF_OF_ALL = Number.MAX_VALUE / 2;
  const MOST_DRAWN = 100; // candidates for each accepted weight vector; below this rate a walk costs less
  const ROUNDS = 20; // of the walk over all pairs of criteria, until its start has no influence
  const WALKS = 3; // for each point, as random vectors err more than low-discrepancy ones

  const known = (value) => value !== null && value === value;
  const areEqual = (low, high) => high - low <= ROUNDING * Math.max(Math.abs(low), Math.abs(high));
  const filled = (length, number) => new Float64Array(length).fill(number);

  /** Return the least and the greatest value, null without a value. */
  function bounds(values) {
    let low = Infinity;
    let high = -Infinity;
    for (const value of values) {
      if (!known(value)) continue;
      if (value < low) low = value;
      if (value > high) high = value;
    }
    return low <= high ? [low, high] : null;
  }

  /** Scale values from 0, the worst bound, to 1, the best; NaN where a value is missing. Equal bounds give 1. */
  function normalize(values, sense, [low, high]) {
    const turn = (value) => (sense === "min" ? -value : value);
    const flat = areEqual(low, high);
    const scale = Math.max(Math.abs(low), Math.abs(high)) > HALF_OF_ALL ? 0.5 : 1;
    const worst = turn(sense === "min" ? high : low) * scale;
    const span = turn(sense === "min" ? low : high) * scale - worst;
    const normalized = filled(values.length, NaN);
    for (let row = 0; row < values.length; row += 1) {
      if (!known(values[row])) continue;
      normalized[row] = flat ? 1 : Math.min(Math.max((turn(values[row]) * scale - worst) / span, 0), 1);
    }
    return normalized;
  }

  /** Scale weights to sum to their number. All are 0 where none is above 0. */
  function rescale(weights) {
    const largest = Math.max(0, ...weights);
    if (largest === 0) return filled(weights.length, 0);
    const shares = Float64Array.from(weights, (weight) => weight / largest);
    const factor = shares.length / sum(shares);
    return shares.map((share) => share * factor);
  }

  /** Add in the order of numpy: eight partial sums, and the last values one by one. */
  function sum(values) {
    const whole = values.length - (values.length % 8);
    let total = 0;
    if (whole) {
      const part = values.slice(0, 8);
      for (let start = 8; start < whole; start += 8) for (let i = 0; i < 8; i += 1) part[i] += values[start + i];
      total = part[0] + part[1] + (part[2] + part[3]) + (part[4] + part[5] + (part[6] + part[7]));
    }
    for (let i = whole; i < values.length; i += 1) total += values[i];
    return total;
  }

  /**
   * Rank the rows that are eligible and have a value in each column.
   *
   * columns: [{values, sense, weight, bounds}]; without bounds, those of the eligible rows. `order` has the ranked rows,
   * best first, `ranks` their ranks. Scores, normalized values and contributions are by row, NaN where there are none.
   */
  function rank({ names, columns, eligible = null }) {
    const rows = [];
    for (let row = 0; row < names.length; row += 1) if (!eligible || eligible[row]) rows.push(row);
    const ranked = rows.filter((row) => columns.every(({ values }) => known(values[row])));
    const weights = rescale(columns.map((column) => column.weight));
    const normalized = columns.map(({ values, sense, bounds: given }) => {
      const between = given || bounds(rows.map((row) => values[row]));
      return between ? normalize(values, sense, between) : filled(names.length, NaN);
    });
    const settled = columns.map(({ values }, index) => {
      const between = bounds(ranked.map((row) => values[row]));
      const flat = between !== null && areEqual(...between);
      return flat ? filled(names.length, normalized[index][ranked[0]]) : normalized[index];
    });
    const scores = filled(names.length, NaN);
    const contributions = columns.map(() => filled(names.length, NaN));
    for (const row of ranked) {
      let score = 0;
      for (let index = 0; index < columns.length; index += 1) {
        score += weights[index] * settled[index][row];
        contributions[index][row] = weights[index] * normalized[index][row];
      }
      scores[row] = score;
    }
    const { order, ranks } = competition(ranked, scores, names, TOLERANCE * columns.length);
    return { order, ranks, scores, normalized, contributions, weights };
  }

  /** Order rows by score; scores within the tolerance of the first of their group are tied, in alphabetical order. */
  function competition(rows, scores, names, tolerance) {
    const order = [...rows].sort((a, b) => scores[b] - scores[a]);
    const ranks = [];
    for (let start = 0; start < order.length;) {
      let end = start + 1;
      while (end < order.length && scores[order[start]] - scores[order[end]] < tolerance) end += 1;
      if (end > start + 1) {
        const group = order.slice(start, end).sort((a, b) => compareText(names[a], names[b]) || a - b);
        group.forEach((row, place) => (order[start + place] = row));
      }
      for (; ranks.length < end;) ranks.push(start + 1);
      start = end;
    }
    return { order, ranks };
  }

  /** Compare texts by code point, as Python does; a surrogate follows all other units. */
  function compareText(first, second) {
    const length = Math.min(first.length, second.length);
    const place = (unit) => (unit < 0xd800 ? unit : unit < 0xe000 ? unit + 0x2000 : unit - 0x800);
    for (let i = 0; i < length; i += 1) {
      const [one, other] = [first.charCodeAt(i), second.charCodeAt(i)];
      if (one !== other) return place(one) - place(other);
    }
    return first.length - second.length;
  }

  /**
   * Return, by row, the share of all weightings in which the row is first; equal rows share a rank.
   *
   * normalized: a list of values for each column, of the ranked rows alone. ranges: [low, high] of each column's share of
   * all weights, null for all weightings. The weightings are low-discrepancy points. NaN where no weighting is in range.
   */
  function firstShares(normalized, { ranges = null, points = 8192 } = {}) {
    const rows = normalized.length ? normalized[0].length : 0;
    if (rows === 0) return new Float64Array(0);
    const front = undominated(normalized, rows);
    const groups = distinct(normalized, front);
    const values = normalized.map((column) => Float64Array.from(groups, ([row]) => column[row]));
    const weightings = weightVectors(normalized.length, points, ranges);
    const counts = new Float64Array(groups.length);
    for (const weights of weightings) counts[first(weights, values)] += 1;
    const shares = filled(rows, weightings.length ? 0 : NaN);
    groups.forEach((group, index) => group.forEach((row) => (shares[row] = counts[index] / weightings.length)));
    return shares;
  }

  function first(weights, values) {
    const scores = new Float64Array(values[0].length);
    for (let column = 0; column < values.length; column += 1) {
      const [weight, of] = [weights[column], values[column]];
      for (let row = 0; row < scores.length; row += 1) scores[row] += weight * of[row];
    }
    let best = 0;
    for (let row = 1; row < scores.length; row += 1) if (scores[row] > scores[best]) best = row;
    return best;
  }

  /** Return the rows that no other row dominates; rows that differ by rounding alone do not dominate each other. */
  function undominated(normalized, rows) {
    const totals = Float64Array.from({ length: rows }, (_, row) => normalized.reduce((all, of) => all + of[row], 0));
    const members = [];
    for (const row of [...totals.keys()].sort((a, b) => totals[b] - totals[a])) {
      if (!members.some((member) => dominates(normalized, member, row))) members.push(row);
    }
    return members;
  }

  function dominates(normalized, member, row) {
    let better = false;
    for (const of of normalized) {
      if (of[member] < of[row]) return false;
      better ||= of[member] > of[row] + TOLERANCE;
    }
    return better;
  }

  /** Return groups of equal rows. */
  function distinct(normalized, rows) {
    const groups = [];
    for (const row of rows) {
      const same = groups.find(([member]) => normalized.every((of) => Math.abs(of[member] - of[row]) < TOLERANCE));
      if (same) same.push(row);
      else groups.push([row]);
    }
    return groups;
  }

  /** Return weight vectors, uniform over the shares that sum to 1 and lie in their ranges; none without any. */
  function weightVectors(count, points, ranges) {
    const box = tightened(Array.from({ length: count }, (_, i) => (ranges && ranges[i]) || [0, 1]));
    if (box === null) return [];
    // The shares above the lower ends, and the shares below the upper ends, are smaller simplices: take the smallest.
    const below = 1 - box.reduce((all, [low]) => all + low, 0);
    const above = box.reduce((all, [, high]) => all + high, 0) - 1;
    const place = below <= above ? (u, i) => box[i][0] + below * u : (u, i) => box[i][1] - above * u;
    const steps = recurrence(count - 1);
    const accepted = [];
    for (let index = 0; accepted.length < points; index += 1) {
      if (index > points + MOST_DRAWN * accepted.length) return walked(box, WALKS * points);
      const weights = simplexPoint(index, steps).map(place);
      if (box.every(([low, high], i) => weights[i] >= low - TOLERANCE && weights[i] <= high + TOLERANCE)) {
        accepted.push(weights);
      }
    }
    return accepted;
  }

  /** Return the ranges without shares that the other ranges rule out; null where no weighting is left. */
  function tightened(box) {
    const [least, most] = [0, 1].map((end) => box.reduce((all, range) => all + range[end], 0));
    if (least > 1 + TOLERANCE || most < 1 - TOLERANCE || box.some(([low, high]) => low > high)) return null;
    return box.map(([low, high]) => [Math.max(low, 1 - (most - high)), Math.min(high, 1 - (least - low))]);
  }

  /**
   * Return the step of each dimension of a low-discrepancy sequence (Roberts 2018, R_d): the powers of 1 / φ, with φ the
   * root of x^(d + 1) = x + 1.
   */
  function recurrence(dimensions) {
    let phi = 2;
    for (let step = 0; step < 40; step += 1) phi = (1 + phi) ** (1 / (dimensions + 1));
    return Float64Array.from({ length: dimensions }, (_, i) => phi ** -(i + 1));
  }

  /** Return one point of the sequence, broken like a stick into shares that sum to 1, uniform over all such shares. */
  function simplexPoint(index, steps) {
    const shares = new Float64Array(steps.length + 1);
    let rest = 1;
    steps.forEach((step, i) => {
      const u = (0.5 + (index + 1) * step) % 1;
      shares[i] = rest * (1 - u ** (1 / (steps.length - i)));
      rest -= shares[i];
    });
    shares[steps.length] = rest;
    return shares;
  }

  /** Return weight vectors by Gibbs sampling: each walk divides the sum of two shares again, pair by pair. */
  function walked(box, points) {
    const random = mulberry(1);
    const spread = box.reduce((all, [low, high]) => all + high - low, 0);
    const below = 1 - box.reduce((all, [low]) => all + low, 0);
    const start = box.map(([low, high]) => low + (spread > 0 ? ((high - low) * below) / spread : 0));
    return Array.from({ length: points }, () => {
      const weights = Float64Array.from(start);
      for (let round = 0; round < ROUNDS; round += 1) {
        for (let i = 1; i < weights.length; i += 1) {
          for (let j = 0; j < i; j += 1) {
            const both = weights[i] + weights[j];
            const least = Math.max(box[i][0], both - box[j][1]);
            const most = Math.min(box[i][1], both - box[j][0]);
            weights[i] = least + (most - least) * random();
            weights[j] = both - weights[i];
          }
        }
      }
      return weights;
    });
  }

  /** Return a generator of numbers from 0 to 1 (mulberry32): the same page shows the same shares. */
  function mulberry(seed) {
    let state = seed;
    return () => {
      state = (state + 0x6d2b79f5) | 0;
      let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
      mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
      return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
    };
  }

  /**
   * Return the smallest move of one weight that puts another row first, the other weights as they are; null without one.
   *
   * Beyond `weight` of `column`, on the `side` "below" or "above", `row` leads. The weights are those that `rank` returns.
   */
  function smallestMove(normalized, weights, order) {
    let smallest = null;
    weights.forEach((weight, column) => {
      for (const { end, row, side } of breakEvens(normalized, weights, order, column)) {
        const move = Math.abs(end - weight);
        if (smallest === null || move < smallest.move) smallest = { move, column, weight: end, row, side };
      }
    });
    if (smallest === null) return null;
    const { column, weight, row, side } = smallest;
    return { column, weight, row, side };
  }

  /** Return the ends of the interval of one weight in which the first row stays first; an end without a rival is left out. */
  function breakEvens(normalized, weights, order, column) {
    const [leader] = order;
    const ends = { below: { end: 0, row: null, side: "below" }, above: { end: Infinity, row: null, side: "above" } };
    for (const rival of order) {
      const difference = normalized[column][leader] - normalized[column][rival];
      if (Math.abs(difference) < TOLERANCE) continue;
      let lead = 0;
      for (let i = 0; i < weights.length; i += 1) lead += weights[i] * (normalized[i][leader] - normalized[i][rival]);
      const rest = lead - weights[column] * difference;
      const tied = Math.abs(lead) < TOLERANCE * weights.length; // any move of the weight breaks a tie
      const even = tied ? weights[column] : -rest / difference;
      if (!tied && (Math.abs(rest) < TOLERANCE || even <= 0)) continue;
      if (difference > 0 && even > ends.below.end) Object.assign(ends.below, { end: even, row: rival });
      if (difference < 0 && even < ends.above.end) Object.assign(ends.above, { end: even, row: rival });
    }
    return Object.values(ends).filter((end) => end.row !== null);
  }

  /** Return which points are on the Pareto front; equal points are all on it or all off, points without a value off. */
  function front(xs, ys, xSense, ySense) {
    const rows = Array.from(xs, (_, row) => row).filter((row) => known(xs[row]) && known(ys[row]));
    const [x, y] = [settledGains(xs, xSense, rows), settledGains(ys, ySense, rows)];
    const on = new Array(xs.length).fill(false);
    let best = -Infinity;
    rows.sort((a, b) => x[b] - x[a] || y[b] - y[a]);
    for (let start = 0; start < rows.length;) {
      const lead = rows[start];
      let end = start;
      for (; end < rows.length && x[rows[end]] === x[lead]; end += 1) {
        on[rows[end]] = y[lead] > best && y[rows[end]] === y[lead];
      }
      best = Math.max(best, y[lead]);
      start = end;
    }
    return on;
  }

  /** Return values of which more is better; values that are equal except for rounding become the least of them. */
  function settledGains(values, sense, rows) {
    const gains = new Float64Array(values.length).fill(NaN);
    const ordered = rows.map((row) => [sense === "min" ? -values[row] : values[row], row]).sort((a, b) => a[0] - b[0]);
    let least = -Infinity;
    for (const [gain, row] of ordered) {
      if (!(gain <= least + ROUNDING * Math.abs(least))) least = gain;
      gains[row] = least;
    }
    return gains;
  }

  return Object.freeze({ bounds, normalize, rank, firstShares, smallestMove, front });
})();
