/** The panel of weights: which criteria count, how much, and within which limits a weighting is possible. */
const Weights = (() => {
  /**
   * Fill the panel.
   * @param {{presets: Element, criteria: Element, limits: Element, problem: Element}} places
   * @param {{change: function(Object)}} actions
   */
  function make(places, actions) {
    let view = null,
      signature = "";
    let lines = new Map(),
      limits = new Map(),
      presets = [];

    function update(next) {
      view = next;
      const now = String(view.state.section);
      if (now !== signature) build();
      signature = now;
      for (const line of lines.values()) line.fill();
      for (const line of limits.values()) line.fill();
      for (const { name, button } of presets)
        button.setAttribute(
          "aria-pressed",
          String(same(view.state.by, State.preset(view.data, name, view.state.section))),
        );
      const problem = Firmness.problem(view);
      Dom.setText(places.problem, problem ?? "");
    }

    function build() {
      const usable = view.criteria.filter(({ sense }) => sense !== null);
      const groups = [
        ["Measured", usable.filter(({ measured }) => measured)],
        ["Published", usable.filter(({ measured }) => !measured)],
      ].filter(([, criteria]) => criteria.length);
      lines = new Map(usable.map((criterion) => [criterion.key, weightLine(criterion)]));
      limits = new Map(usable.map((criterion) => [criterion.key, limitLine(criterion)]));
      const ranks = (name) => Object.keys(State.preset(view.data, name.toLowerCase(), view.state.section)).length > 0;
      presets = groups
        .map(([name]) => name)
        .filter(ranks)
        .map(presetButton);
      places.presets.replaceChildren(
        ...presets.map(({ button }) => button),
        Dom.html("button", { type: "button", on: { click: actions.reset } }, "Start again"),
      );
      places.criteria.replaceChildren(
        ...groups.map(([name, criteria]) =>
          Dom.html("fieldset", {}, Dom.html("legend", {}, name), ...criteria.map(({ key }) => lines.get(key).node)),
        ),
      );
      places.limits.replaceChildren(...[...limits.values()].map(({ node }) => node));
    }

    function presetButton(name) {
      const preset = name.toLowerCase();
      const choose = () => actions.change({ by: State.preset(view.data, preset, view.state.section), limits: {} });
      return { name: preset, button: Dom.html("button", { type: "button", on: { click: choose } }, name) };
    }

    function weightLine(criterion) {
      const { key, sense } = criterion;
      const box = Dom.html("input", {
        type: "checkbox",
        on: { change: () => actions.change({ by: toggled(key, box.checked) }) },
      });
      const slider = Dom.html("input", {
        type: "range",
        min: 0,
        max: State.MOST_WEIGHT,
        step: 0.1,
        "aria-label": `Weight of ${criterion.heading}`,
        on: { input: () => actions.change({ by: { ...view.state.by, [key]: Number(slider.value) } }) },
      });
      const number = Dom.html("output", {});
      const swatch = Dom.html("span", { class: "swatch", "aria-hidden": "true" });
      const node = Dom.html(
        "div",
        { class: "criterion" },
        Dom.html(
          "label",
          {},
          box,
          swatch,
          criterion.heading,
          Dom.html(
            "span",
            { class: "sense", title: sense === "max" ? "higher is better" : "lower is better", "aria-hidden": "true" },
            sense === "max" ? "↑" : "↓",
          ),
          Dom.hidden(sense === "max" ? ", higher is better" : ", lower is better"),
        ),
        slider,
        number,
      );

      function fill() {
        const on = Object.hasOwn(view.state.by, key);
        const weight = view.state.by[key] ?? 1;
        const column = view.columns.findIndex((candidate) => candidate.criterion.key === key);
        box.checked = on;
        node.classList.toggle("on", on);
        slider.hidden = number.hidden = !on;
        slider.max = Math.max(State.MOST_WEIGHT, weight);
        slider.value = weight;
        Dom.setText(number, weight.toFixed(1));
        swatch.className = `swatch ${column < 0 ? "" : `part-${column % 6}`}`;
      }
      return { node, fill };
    }

    function toggled(key, on) {
      const { [key]: weight, ...others } = view.state.by;
      return on ? { ...others, [key]: weight ?? 1 } : others;
    }

    function limitLine({ key, heading }) {
      const end = (number, label, empty) => {
        const field = Dom.html("input", {
          type: "number",
          min: 0,
          max: 100,
          step: 5,
          placeholder: empty,
          "aria-label": `${label} share of ${heading} in percent`,
          on: { change: () => actions.change({ limits: limited(key, number, field.value) }) },
        });
        return field;
      };
      const fields = [end(0, "Least", "0"), end(1, "Most", "100")];
      const node = Dom.range(heading, fields, "%");
      function fill() {
        node.hidden = !(view.state.by[key] > 0);
        fields.forEach((field, number) => {
          if (field !== document.activeElement) field.value = view.state.limits[key]?.[number] ?? "";
        });
      }
      return { node, fill };
    }

    function limited(key, number, text) {
      const ends = [...(view.state.limits[key] ?? [null, null])];
      ends[number] = text === "" ? null : Math.min(100, Math.max(0, Number(text)));
      const { [key]: _, ...others } = view.state.limits;
      return ends.every((end) => end === null) ? others : { ...others, [key]: ends };
    }

    return Object.freeze({ update });
  }

  const same = (first, second) =>
    Object.keys(first).length === Object.keys(second).length &&
    Object.entries(second).every(([key, weight]) => first[key] === weight);

  return Object.freeze({ make });
})();
