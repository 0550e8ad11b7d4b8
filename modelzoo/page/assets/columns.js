/** The columns of the table: heading, value to sort by, and text. Rank and name are always first. */
const Columns = (() => {
  const AT_FIRST = 8;
  const SHARE = "first";

  const plain = (heading, value, more = {}) => ({
    heading,
    value,
    text: (view, index) => value(view, index) ?? Format.MISSING,
    numeric: true,
    rising: true,
    ...more,
  });

  const ofItem = (heading, name, more) => plain(heading, (view, index) => view.items[index][name], more);

  const OWN = {
    rank: plain("Rank", (view, index) => view.ranks[index], { help: "by the weights above" }),
    name: ofItem("Model", "name", { numeric: false }),
    score: plain("Score", (view, index) => nanToNull(view.ranking.scores[index]), {
      rising: false,
      help: "sum of weighted criteria",
    }),
    [SHARE]: plain("First for", (view, index) => view.shares && view.shares[index], {
      rising: false,
      text: (view, index) =>
        !view.shares || view.shares[index] === null ? Format.MISSING : Format.share(view.shares[index]),
      help: "share of all weightings of these criteria for which the model is first",
    }),
    change: ofItem("Change", "change", {
      rising: false,
      help: "ranks gained from the published to the measured ranking, among the models that have both",
    }),
    published_rank: ofItem("Published rank", "publishedRank"),
    measured_rank: ofItem("Measured rank", "measuredRank"),
    family: ofItem("Family", "family", { numeric: false }),
  };
  const MEASURED = ["change", "published_rank", "measured_rank"];

  const nanToNull = (value) => (Number.isNaN(value) ? null : value);

  /** Return the key of a criterion's column; a criterion that a person calls `rank` has the column `rank*`. */
  const keyOf = (criterion) => (Object.hasOwn(OWN, criterion.key) ? `${criterion.key}*` : criterion.key);

  const criterionOf = (data, key) => data.criterion.get(key) ?? data.criterion.get(key.replace(/\*$/, ""));

  /** Return the column of a key. */
  function get(data, column) {
    if (Object.hasOwn(OWN, column)) return { key: column, ...OWN[column] };
    const criterion = criterionOf(data, column);
    const { key } = criterion;
    const value = (view, index) => view.values(key)[index];
    return {
      key: column,
      criterion,
      value,
      numeric: true,
      rising: criterion.sense === "min",
      heading: criterion.heading,
      help: `${criterion.measured ? "measured" : "published"}${sense(criterion)}`,
      text: (view, index) => Format.value(criterion, value(view, index)),
    };
  }

  const sense = (criterion) => ({ max: ", higher is better", min: ", lower is better" })[criterion.sense] || "";

  const exists = (data, key) => Object.hasOwn(OWN, key) || criterionOf(data, key) !== undefined;

  /** List the keys of the columns that a person may show or hide in this view. */
  function optional(view) {
    const own = Object.keys(OWN).filter(
      (key) => key !== "rank" && key !== "name" && (view.section || !MEASURED.includes(key)),
    );
    return [...own, ...view.criteria.map(keyOf)];
  }

  /** List the keys shown: the chosen ones, or eight, first the criteria of the ranking, then measured ones. */
  function shown(view) {
    const possible = optional(view);
    if (view.state.columns) return ["rank", "name", ...view.state.columns.filter((key) => possible.includes(key))];
    const ranked = view.columns.map((column) => keyOf(column.criterion));
    const first = ["score", SHARE, ...(view.measured ? ["change"] : []), ...ranked];
    const isMeasured = (key) => criterionOf(view.data, key)?.measured === true;
    const rest = possible
      .filter((key) => !first.includes(key) && !MEASURED.includes(key))
      .toSorted((one, other) => isMeasured(other) - isMeasured(one));
    const room = Math.max(0, AT_FIRST - 2 - first.length);
    return ["rank", "name", ...first, ...rest.slice(0, room)];
  }

  return Object.freeze({ get, exists, optional, shown, sense });
})();
