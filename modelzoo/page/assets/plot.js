/** What the chart shows: its axes, the size of each point, the Pareto front. No DOM. */
const Plot = (() => {
  const SMALL = 3.5;
  const LARGE = 11;
  const PLAIN = 4.5;
  // More points than these are drawn smaller, down to the least share of their size.
  const ROOMY = 200;
  const LEAST_SHARE = 0.45;

  /** Return the criteria of the axes and of the size: the chosen ones, or what the ranking weighs, cost across. */
  function axes({ data, state, columns, criteria, known }) {
    const weighed = columns.map(({ criterion }) => criterion);
    const pool = [...weighed, ...criteria.filter((criterion) => criterion.sense && !weighed.includes(criterion))];
    const chosen = (key) => (known.has(key) ? data.criterion.get(key) : undefined);
    const y = chosen(state.y) ?? pool.find(({ sense }) => sense === "max") ?? pool[0];
    const others = pool.filter((criterion) => criterion !== y);
    const x = chosen(state.x) ?? others.find(({ sense }) => sense === "min") ?? others[0] ?? y;
    const counted = weighed.find((criterion) => criterion.unit === "count" && criterion !== x && criterion !== y);
    const size = state.size === "none" ? null : (chosen(state.size) ?? counted ?? null);
    return { x, y, size };
  }

  /** Return the ends of the interval of a measured accuracy, or nothing. */
  function interval({ measured, of }, { low, high }) {
    return measured && of === "accuracy" && low !== null && high !== null ? [low, high] : [];
  }

  /** Return the radius of each row's point; its area is in proportion to the value of `size`. */
  function radii(view, size, rows) {
    const crowding = Math.max(LEAST_SHARE, Math.min(1, Math.sqrt(ROOMY / rows.length)));
    if (!size) return () => PLAIN * crowding;
    const column = view.values(size.key);
    const most = rows.reduce((largest, index) => Math.max(largest, column[index] ?? 0), 0);
    return (index) => {
      const share = most > 0 ? Math.max(0, column[index] ?? 0) / most : 0;
      return crowding * Math.max(SMALL, LARGE * Math.sqrt(share));
    };
  }

  /** Return the rows that are on the Pareto front; none where an axis has no better end. */
  function front(view, rows, x, y) {
    if (!x.sense || !y.sense || x === y) return new Set();
    const column = ({ key }) => rows.map((index) => view.values(key)[index]);
    const on = Ranking.front(column(x), column(y), x.sense, y.sense);
    return new Set(rows.filter((_, number) => on[number]));
  }

  return Object.freeze({ axes, interval, radii, front });
})();
