/** What stands above the table: search, filters, and the choice of columns. */
const Filters = (() => {
  // Ranges that a person may filter by, where the page has such values.
  const RANGES = ["year", "params", "latency", "gpu"];
  // A person types parameters in millions.
  const MILLION = 1e6;

  /**
   * Fill the tools of the table.
   * @param {{search: Element, family: Element, measured: Element, ranges: Element, columns: Element, clear: Element}} places
   * @param {{change: function(Object)}} actions
   */
  function make(places, actions) {
    let view = null,
      signature = "";
    let ranges = [],
      columns = [];

    places.search.addEventListener("input", () => actions.change({ q: places.search.value }));
    places.family.addEventListener("change", () => actions.change({ family: places.family.value }));
    places.measured.addEventListener("change", () => actions.change({ measured: places.measured.value }));
    places.clear.addEventListener("click", () => actions.change({ q: "", family: "", measured: "", where: {} }));

    function update(next) {
      view = next;
      const now = String(view.state.section);
      if (now !== signature) build();
      signature = now;
      const { q, family, measured } = view.state;
      if (places.search !== document.activeElement) places.search.value = q;
      places.family.value = family;
      places.measured.value = measured;
      places.clear.hidden = !View.isFiltered(view.state);
      for (const { fill } of ranges) fill();
      const shown = new Set(Columns.shown(view));
      for (const { key, box } of columns) box.checked = shown.has(key);
    }

    function build() {
      const families = [...new Set(view.data.models.family)].filter(Boolean).sort();
      places.family.replaceChildren(option("", "All families"), ...families.map((name) => option(name, name)));
      places.family.parentElement.hidden = families.length < 2;
      places.measured.replaceChildren(
        option("", "All models"),
        option("yes", "Measured"),
        option("no", "Not measured"),
      );
      places.measured.parentElement.hidden = !view.section;
      ranges = view.criteria.filter(({ of }) => RANGES.includes(of)).map(rangeLine);
      places.ranges.replaceChildren(...ranges.map(({ node }) => node));
      columns = Columns.optional(view).map(columnLine);
      places.columns.replaceChildren(...columns.map(({ node }) => node));
    }

    const option = (value, text) => Dom.html("option", { value }, text);

    function rangeLine(criterion) {
      const { key } = criterion;
      const factor = criterion.unit === "count" ? MILLION : 1;
      const heading = factor === MILLION ? `${criterion.heading} (M)` : criterion.heading;
      const fields = ["Least", "Most"].map((word, number) => {
        const field = Dom.html("input", {
          type: "number",
          step: "any",
          placeholder: word.toLowerCase(),
          "aria-label": `${word}: ${heading}`,
          on: {
            change: () =>
              actions.change({ where: ranged(key, number, field.value === "" ? null : Number(field.value) * factor) }),
          },
        });
        return field;
      });
      const node = Dom.range(heading, fields);
      function fill() {
        fields.forEach((field, number) => {
          const end = view.state.where[key]?.[number] ?? null;
          if (field !== document.activeElement) field.value = end === null ? "" : end / factor;
        });
      }
      return { node, fill };
    }

    function ranged(key, number, value) {
      const ends = [...(view.state.where[key] ?? [null, null])];
      ends[number] = value;
      const { [key]: _, ...others } = view.state.where;
      return ends.every((end) => end === null) ? others : { ...others, [key]: ends };
    }

    function columnLine(key) {
      const column = Columns.get(view.data, key);
      const box = Dom.html("input", {
        type: "checkbox",
        on: { change: () => actions.change({ columns: chosen(key, box.checked) }) },
      });
      const kind = column.criterion ? (column.criterion.measured ? "measured" : "published") : "";
      return { key, box, node: Dom.html("label", {}, box, column.heading, kind && Dom.html("small", {}, kind)) };
    }

    function chosen(key, on) {
      const shown = Columns.shown(view)
        .slice(2)
        .filter((other) => other !== key);
      return on ? [...shown, key] : shown;
    }

    return Object.freeze({ update });
  }

  return Object.freeze({ make });
})();
