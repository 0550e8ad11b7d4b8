/** How firm the first rank is: shares of weightings, and the limits that a person sets for them. No DOM. */
const Firmness = (() => {
  const POINTS = 8192;

  /** Return the limits as shares of 0 to 1, one pair for each column; null where no limit is set. */
  function ranges({ columns, state }) {
    const found = columns.map(({ criterion }) => state.limits[criterion.key]);
    if (!found.some(Boolean)) return null;
    return found.map((ends) => [(ends?.[0] ?? 0) / 100, (ends?.[1] ?? 100) / 100]);
  }

  /** Return what makes the limits impossible, or null. */
  function problem(view) {
    const limits = ranges(view);
    if (!limits) return null;
    if (limits.some(([low, high]) => low > high)) return "A least share is above its most.";
    const sum = (end) => limits.reduce((total, pair) => total + pair[end], 0);
    if (sum(0) > 1 + 1e-9) return "The least shares add up to more than 100 %.";
    if (sum(1) < 1 - 1e-9) return "The most shares add up to less than 100 %.";
    return null;
  }

  /** Return a text that is equal where the shares are: weights do not matter, only which criteria have one. */
  const signature = ({ columns, state }) =>
    JSON.stringify([state.section, columns.map(({ criterion }) => [criterion.key, state.limits[criterion.key]])]);

  /** Return the share of weightings for which each item is first; null for an item that is not ranked. */
  function shares(view) {
    const { items, ranking, columns } = view;
    const found = new Array(items.length).fill(null);
    if (!ranking.order.length || problem(view)) return found;
    const normalized = columns.map((_, column) =>
      Float64Array.from(ranking.order, (row) => ranking.normalized[column][row]),
    );
    const first = Ranking.firstShares(normalized, { ranges: ranges(view), points: POINTS });
    ranking.order.forEach((row, place) => {
      found[row] = Number.isNaN(first[place]) ? null : first[place];
    });
    return found;
  }

  return Object.freeze({ shares, signature, problem });
})();
