/** What the page ranks: bounds, sources, conditions and notes; and the choice between sections. */
const Caption = (() => {
  /**
   * Fill the caption.
   * @param {{section: Element, caption: Element}} places
   * @param {{change: function(Object)}} actions
   * @param {Object} data
   */
  function make(places, actions, { sections }) {
    places.section.replaceChildren(...sections.map(({ name }, number) => Dom.html("option", { value: number }, name)));
    places.section.parentElement.hidden = sections.length < 2;
    places.section.addEventListener("change", () => actions.change({ section: Number(places.section.value) }));

    function update(view) {
      places.section.value = view.state.section;
      places.caption.replaceChildren(...paragraphs(view), ...sources(view.data), ...notes(view.section));
    }

    return Object.freeze({ update });
  }

  const paragraph = (text) => Dom.html("p", {}, text);

  function paragraphs(view) {
    const { columns, eligible, measured, section, ranking, items } = view;
    const bounds = columns
      .filter((column) => column.bounds)
      .map(
        ({ criterion, bounds: [low, high] }) =>
          `${criterion.label} ${Format.value(criterion, low)} to ${Format.withUnit(criterion, high)}`,
      );
    const among = eligible.filter(Boolean).length;
    const models = `${Format.integer(among)} ${measured ? "measured" : "published"} models`;
    const rule = [
      "Score: each criterion is scaled to 0–1 (min-max), times its weight.",
      `Weights are rescaled to a sum of ${columns.length}.`,
      `Bounds, over ${models}: ${bounds.join("; ")}.`,
      `Ranked: ${Format.integer(ranking.order.length)} of ${Format.integer(items.length)}.`,
      "Filters hide rows and leave ranks as they are.",
    ].join(" ");
    return [
      columns.length ? paragraph(rule) : null,
      section && section.caption ? paragraph(section.caption) : null,
    ].filter(Boolean);
  }

  function sources({ sources }) {
    if (!sources.length) return [];
    return [
      Dom.html("h3", {}, "Sources of published values"),
      ...sources.map(({ title, address, version, conditions }) => {
        const details = Object.entries(conditions)
          .map(([topic, text]) => `${topic}: ${text}`)
          .join("; ");
        return paragraph(
          [`${title} (${address}${version ? `, ${version}` : ""})`, details].filter(Boolean).join(". ") + ".",
        );
      }),
    ];
  }

  function notes(section) {
    if (!section || !section.notes.length) return [];
    return [Dom.html("h3", {}, "Notes"), Dom.html("ul", {}, ...section.notes.map((note) => Dom.html("li", {}, note)))];
  }

  return Object.freeze({ make });
})();
