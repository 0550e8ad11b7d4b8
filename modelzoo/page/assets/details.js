/** All that is known of one model: every value with its source, learning curve, classes, most confused classes. */
const Details = (() => {
  const WORST = 10,
    MOST_CONFUSED = 10;

  /** Draw the details of an item. */
  function draw(view, index) {
    const item = view.items[index];
    const rows = view.section && view.section.rows;
    const number = item.row === null ? null : rows.detail[item.row];
    const detail = number === null ? null : view.data.details[number];
    return Dom.html(
      "div",
      { class: "details" },
      facts(view, item),
      Dom.html(
        "div",
        { class: "parts" },
        part("All values", scrolling("All values", values(view, index)), ...conditions(view, item, detail)),
        detail && detail.curve.epochs.length ? part("Learning curve", Curve.draw(detail.curve)) : null,
        detail && detail.classes
          ? part("Accuracy by class", scrolling("Accuracy by class", classes(detail.classes)))
          : null,
        detail && detail.confused.length
          ? part("Most confused classes", scrolling("Most confused classes", confused(detail.confused)))
          : null,
      ),
    );
  }

  const part = (title, ...content) => Dom.html("section", { class: "part" }, Dom.html("h3", {}, title), ...content);

  /** Wrap a wide table, so that it scrolls by finger and by keyboard where it has no room. */
  const scrolling = (name, content) =>
    Dom.html("div", { class: "scroll", role: "region", tabindex: 0, "aria-label": name }, content);

  function facts(view, item) {
    const lines = [[item.family, item.year, item.highlight].filter(Boolean).join(" · ")];
    if (item.row !== null) {
      const rows = view.section.rows;
      const of = (name) => rows[name][item.row];
      const seeds = of("seeds") === 1 ? "1 seed" : `${of("seeds")} seeds`;
      const images = Format.integer(of("images"));
      lines.push(
        `Measured: variant ${of("variant")}, recipe ${of("recipe")}, ${of("epochs")} epochs on ${images} images, ` +
          `${seeds}, ${of("origin")}. ${of("runs").length > 1 ? "Runs" : "Run"} ${of("runs").join(", ")}.`,
      );
      lines.push(ties(view, item));
    }
    return Dom.html("div", { class: "facts" }, ...lines.filter(Boolean).map((line) => Dom.html("p", {}, line)));
  }

  function ties(view, item) {
    const letters = [...(item.tie ?? "")];
    const tied = view.items.filter(
      (other) => other !== item && letters.some((letter) => (other.tie ?? "").includes(letter)),
    );
    return tied.length
      ? `Not significantly different in accuracy from ${Format.list(tied.map(({ name }) => name))}.`
      : "";
  }

  function values(view, index) {
    const { data, items, criteria } = view;
    const item = items[index];
    const head = ["Criterion", "Value", "Normalized", "Source"];
    const lines = criteria
      .filter(({ key }) => view.values(key)[index] !== null)
      .flatMap((criterion) => {
        const column = view.columns.findIndex((candidate) => candidate.criterion === criterion);
        const normalized = column < 0 ? NaN : view.ranking.normalized[column][index];
        const line = [
          criterion.label,
          Format.withUnit(criterion, view.values(criterion.key)[index]),
          Number.isNaN(normalized) ? "" : normalized.toFixed(2),
          criterion.measured ? "measured" : origin(data, criterion, item),
        ];
        return [line, ...interval(criterion, item)];
      });
    return table(head, lines, [1, 2]);
  }

  /** Return a line for the interval of a measured accuracy. */
  function interval({ measured, of, decimals }, { low, high }) {
    if (!measured || of !== "accuracy" || low === null || high === null) return [];
    return [["95 % interval", `${low.toFixed(decimals)} to ${high.toFixed(decimals)} %`, "", "measured"]];
  }

  function origin({ published, sources }, criterion, item) {
    const number = published.origins[criterion.key][item.model];
    return number === null ? "" : sources[number].key;
  }

  /** Return the conditions of the values: of each source that gives one, and of the run. */
  function conditions({ data, criteria }, item, detail) {
    const origins = criteria
      .filter(({ measured }) => !measured)
      .map(({ key }) => data.published.origins[key][item.model]);
    const used = [...new Set(origins.filter((number) => number !== null))].map((number) => data.sources[number]);
    const texts = used.map(
      ({ key, title, conditions }) =>
        `${key}: ${[title, ...Object.entries(conditions).map(([topic, text]) => `${topic}: ${text}`)].join("; ")}.`,
    );
    return [...texts, ...(detail ? [`measured: ${detail.conditions}`] : [])].map((text) => Dom.html("p", {}, text));
  }

  /** A table of texts; the columns of the given numbers are aligned as numbers. */
  function table(head, lines, numeric) {
    const kind = (number) => (numeric.includes(number) ? "number" : "text");
    return Dom.html(
      "table",
      {},
      Dom.html(
        "thead",
        {},
        Dom.html("tr", {}, ...head.map((text, number) => Dom.html("th", { scope: "col", class: kind(number) }, text))),
      ),
      Dom.html(
        "tbody",
        {},
        ...lines.map((line) =>
          Dom.html(
            "tr",
            {},
            ...line.map((content, number) =>
              Dom.html(number ? "td" : "th", { scope: number ? null : "row", class: kind(number) }, content),
            ),
          ),
        ),
      ),
    );
  }

  function classes(all) {
    const lines = all.name.map((name, index) => [
      name,
      all.images[index] ? `${((100 * all.correct[index]) / all.images[index]).toFixed(1)}` : Format.MISSING,
      intervalBar(all, index),
      `${all.correct[index]} of ${all.images[index]}`,
      all.taken_for[index] === null ? "" : `${all.taken_for[index]} (${all.taken_for_images[index]})`,
    ]);
    const head = ["Class", "Accuracy (%)", "95 % interval", "Images", "Taken for"];
    const draw = (some) => table(head, some, [1, 3]);
    if (lines.length <= WORST) return draw(lines);
    return Dom.html(
      "div",
      {},
      draw(lines.slice(0, WORST)),
      Dom.html(
        "details",
        {},
        Dom.html("summary", {}, `The other ${lines.length - WORST} classes`),
        draw(lines.slice(WORST)),
      ),
    );
  }

  /** Draw an accuracy with its interval between 0 and 100 %. */
  function intervalBar({ images, correct, low, high }, index) {
    if (low[index] === null) return "";
    return Dom.svg(
      "svg",
      {
        class: "interval",
        viewBox: "0 0 100 12",
        preserveAspectRatio: "none",
        role: "img",
        "aria-label": `${low[index].toFixed(1)} to ${high[index].toFixed(1)} %`,
      },
      Dom.svg("line", { class: "grid", x1: 0, x2: 100, y1: 6, y2: 6 }),
      Dom.svg("line", { class: "range", x1: low[index], x2: high[index], y1: 6, y2: 6 }),
      Dom.svg("rect", {
        class: "point",
        x: (100 * correct[index]) / images[index] - 0.75,
        y: 1,
        width: 1.5,
        height: 10,
      }),
    );
  }

  const confused = (pairs) =>
    table(
      ["Class", "Taken for", "Images", "Share"],
      pairs
        .slice(0, MOST_CONFUSED)
        .map(([truth, taken, images, all]) => [
          truth,
          taken,
          `${images} of ${all}`,
          `${Math.round((100 * images) / all)} %`,
        ]),
      [2, 3],
    );

  return Object.freeze({ draw });
})();
