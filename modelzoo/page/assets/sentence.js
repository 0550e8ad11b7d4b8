/** What the ranking says, in a few sentences: who leads, by how much, how firm, what would change it. */
const Sentence = (() => {
  /** Return the sentences for a view; the share of weightings follows when it is known. */
  function write(view) {
    const { ranking, items, columns } = view;
    if (!columns.length) return ["No criterion has a weight, so nothing is ranked."];
    if (!ranking.order.length) return ["No model has a value for every criterion, so none is ranked."];
    return [
      leader(view),
      ...(ranking.order.length > 1 ? [firmness(view), change(view)] : []),
      separation(view, items),
    ].filter(Boolean);
  }

  function leader({ ranking, items, columns }) {
    const { order, ranks, scores } = ranking;
    const first = order.filter((_, place) => ranks[place] === 1);
    const names = Format.list(first.slice(0, 4).map((row) => items[row].name));
    if (order.length === 1) return `${names} is the only model with a value for every criterion.`;
    const models = Format.integer(order.length);
    const score = `${scores[first[0]].toFixed(2)} of ${columns.length}`;
    if (first.length > 1) {
      const more = first.length > 4 ? ` and ${first.length - 4} more` : "";
      return `${names}${more} share the first rank of ${models} models with a score of ${score}.`;
    }
    const second = order[first.length];
    const ahead = (scores[first[0]] - scores[second]).toFixed(2);
    return `${names} leads ${models} ranked models with a score of ${score}, ${ahead} ahead of ${items[second].name}.`;
  }

  function firmness({ shares, ranking, items, state, columns }) {
    if (!shares) return "";
    const limited = columns.some(({ criterion }) => state.limits[criterion.key]);
    const of = limited ? "weightings within the limits" : "possible weightings of these criteria";
    const row = ranking.order[0];
    if (shares[row] === null) return "";
    if (shares[row] >= 1) return `${items[row].name} is first for all ${of}.`;
    return `${items[row].name} is first for ${Format.share(shares[row])} of all ${of}.`;
  }

  function change({ ranking, items, columns }) {
    const move = Ranking.smallestMove(
      columns.map((_, column) => ranking.normalized[column]),
      ranking.weights,
      ranking.order,
    );
    if (!move) return columns.length > 1 ? "No change of a single weight puts another model first." : "";
    const { criterion, weight } = columns[move.column];
    // The ranking rescales all weights by one factor.
    const turning = (move.weight * weight) / ranking.weights[move.column];
    const beyond = `${move.side} ${Format.weight(turning)} instead of ${Format.weight(weight)}`;
    return `${items[move.row].name} would lead if ${criterion.label} had a weight ${beyond}.`;
  }

  /** Return how many more test images would separate the two best of the tied models. */
  function separation({ section, measured }, items) {
    const known = measured && section && section.separations.find(({ images }) => images !== null);
    if (!known) return "";
    const name = (row) => items.find((item) => item.row === row).name;
    const images = Format.integer(Number(known.images.toPrecision(2)));
    const pair = `${name(known.first)} and ${name(known.second)}`;
    return `${pair} are tied in accuracy; about ${images} more test images would separate them.`;
  }

  return Object.freeze({ write });
})();
