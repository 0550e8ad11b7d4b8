/** What a state shows: the ranking, and the rows that pass the filters, in their order. No DOM. */
const View = (() => {
  /** Return a function of (data, state) that keeps the items and columns of a section while only weights change. */
  function maker() {
    let kept = null;
    return (data, state) => {
      const section = data.sections[state.section] ?? null;
      if (!kept || kept.section !== section) kept = sectionView(data, section);
      return view(data, state, kept);
    };
  }

  function sectionView(data, section) {
    const items = Data.items(data, section);
    const columns = new Map();
    const values = (key) => {
      if (!columns.has(key)) columns.set(key, Data.values(data, section, items, key));
      return columns.get(key);
    };
    const names = items.map((item) => item.name);
    return { section, items, names, values, criteria: Data.criteria(data, section) };
  }

  function view(data, state, { section, items, names, values, criteria }) {
    const known = new Set(criteria.map((criterion) => criterion.key));
    const enabled = criteria.filter(({ key }) => Object.hasOwn(state.by, key));
    const columns = enabled
      .filter(({ key }) => state.by[key] > 0)
      .map((criterion) => ({
        criterion,
        values: values(criterion.key),
        sense: criterion.sense,
        weight: state.by[criterion.key],
      }));
    const measured = columns.some(({ criterion }) => criterion.measured);
    const eligible = items.map((item) => (measured ? item.completed : item.main));
    for (const column of columns) {
      column.bounds = Ranking.bounds(column.values.map((value, index) => (eligible[index] ? value : null)));
    }
    const possible = columns.length > 0 && columns.every(({ bounds }) => bounds !== null);
    const ranking = possible ? Ranking.rank({ names, columns, eligible }) : nothingRanked(items, columns);
    const ranks = new Array(items.length).fill(null);
    ranking.order.forEach((index, place) => {
      ranks[index] = ranking.ranks[place];
    });
    return {
      data,
      state,
      section,
      items,
      values,
      criteria,
      known,
      columns,
      measured,
      eligible,
      ranking,
      ranks,
      shares: null,
    };
  }

  function nothingRanked(items, columns) {
    const none = () => new Float64Array(items.length).fill(NaN);
    return {
      order: [],
      ranks: [],
      scores: none(),
      normalized: columns.map(none),
      contributions: columns.map(none),
      weights: [],
    };
  }

  /** Return why an item is not ranked, in a few words. */
  function reason({ columns, measured, items }, index) {
    const item = items[index];
    if (!columns.length) return "no criterion has a weight";
    if (measured && item.row === null) return "not measured here";
    if (measured && !item.completed) return "training not completed";
    if (!measured && !item.main) return "ranked once, in its first row";
    const missing = columns.filter(({ values }) => values[index] === null).map(({ criterion }) => criterion.label);
    return `no value for ${Format.list(missing)}`;
  }

  /** Return a function that says whether an item passes the filters. */
  function filter({ state, items, values, known }) {
    const words = state.q.toLowerCase().split(/\s+/).filter(Boolean);
    const ranges = Object.entries(state.where)
      .filter(([key]) => known.has(key))
      .map(([key, [low, high]]) => ({ column: values(key), low: low ?? -Infinity, high: high ?? Infinity }));
    return (index) => {
      const item = items[index];
      if (state.family && item.family !== state.family) return false;
      if (state.measured && (item.row !== null) !== (state.measured === "yes")) return false;
      if (
        !ranges.every(
          ({ column, low, high }) => column[index] !== null && column[index] >= low && column[index] <= high,
        )
      )
        return false;
      if (!words.length) return true;
      const text = `${item.name} ${item.family} ${item.highlight ?? ""}`.toLowerCase();
      return words.every((word) => text.includes(word));
    };
  }

  /** Say whether any filter hides models. */
  const isFiltered = ({ q, family, measured, where }) => Boolean(q || family || measured || Object.keys(where).length);

  /** List the indexes of the rows to show: ranked ones first, each part sorted, missing values last. */
  function order(view) {
    const { state, items, ranking, ranks } = view;
    const passes = filter(view);
    const ranked = ranking.order.filter(passes);
    const unranked = [];
    for (let index = 0; index < items.length; index += 1)
      if (ranks[index] === null && passes(index)) unranked.push(index);
    return [...sorted(view, ranked, state.sort), ...sorted(view, unranked, state.sort)];
  }

  function sorted(view, indexes, sort) {
    const falling = sort.startsWith("-");
    const key = falling ? sort.slice(1) : sort;
    if (key === "rank" && !falling) return indexes;
    const column = Columns.get(view.data, key);
    const values = new Map(indexes.map((index) => [index, column.value(view, index) ?? null]));
    const direction = falling ? -1 : 1;
    return indexes.toSorted((first, second) => {
      const [a, b] = [values.get(first), values.get(second)];
      if (a === null || b === null) return (a === null) - (b === null);
      return a < b ? -direction : a > b ? direction : 0;
    });
  }

  return Object.freeze({ maker, reason, isFiltered, order });
})();
