/** What the ranking says, in a few sentences: who leads, by how much, how firm, what would change it. */
const Sentence = (() => {
  const MOST_NAMED = 4;
  const LONGEST_NAME = 60;

  const named = ({ name }) => (name.length > LONGEST_NAME ? `${name.slice(0, LONGEST_NAME - 1).trimEnd()}…` : name);

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
    const more = first.length - MOST_NAMED;
    const names = Format.list([
      ...first.slice(0, MOST_NAMED).map((row) => named(items[row])),
      ...(more > 0 ? [`${Format.integer(more)} more`] : []),
    ]);
    if (order.length === 1) return `${names} is the only model with a value for every criterion.`;
    const models = Format.integer(order.length);
    const score = `${scores[first[0]].toFixed(2)} of ${columns.length}`;
    if (first.length > 1) {
      return `${names} share the first rank of ${models} models with a score of ${score}.`;
    }
    const second = order[first.length];
    const ahead = (scores[first[0]] - scores[second]).toFixed(2);
    return `${names} leads ${models} ranked models with a score of ${score}, ${ahead} ahead of ${named(items[second])}.`;
  }

  function firmness({ shares, ranking, items, state, columns }) {
    if (!shares) return "";
    const limited = columns.some(({ criterion }) => state.limits[criterion.key]);
    const of = limited ? "weightings within the limits" : "possible weightings of these criteria";
    const row = ranking.order[0];
    if (shares[row] === null) return "";
    const tied = ranking.ranks[1] === 1 && shares[ranking.order[1]] === shares[row];
    const who = tied ? "Each is" : `${named(items[row])} is`;
    return `${who} first for ${shares[row] >= 1 ? "" : `${Format.share(shares[row])} of `}all ${of}.`;
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
    return `${named(items[move.row])} would lead if ${criterion.label} had a weight ${beyond}.`;
  }

  /** Return how many more test images would separate the two best of the tied models. */
  function separation({ section, measured }, items) {
    const known = measured && section && section.separations.find(({ images }) => images !== null);
    if (!known) return "";
    const name = (row) => named(items.find((item) => item.row === row));
    const images = Format.integer(Number(known.images.toPrecision(2)));
    const pair = `${name(known.first)} and ${name(known.second)}`;
    return `${pair} are tied in accuracy; about ${images} more test images would separate them.`;
  }

  return Object.freeze({ write });
})();
