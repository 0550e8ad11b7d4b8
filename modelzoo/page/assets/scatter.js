/** The chart of any two criteria: points, their Pareto front, intervals of a measured accuracy. */
const Scatter = (() => {
  const EDGE = { left: 60, right: 18, top: 16, bottom: 46 };
  const HEIGHT = 380, HEIGHT_ON_PHONE = 300, PHONE = 560;
  const SMALL = 3.5, LARGE = 11, PLAIN = 4.5;
  const NEAR = 24;
  const MOST_NAMED = 60;

  /**
   * Fill the chart.
   * @param {{frame: Element, readout: Element, x: Element, y: Element, size: Element, xscale: Element, yscale: Element}} places
   * @param {{change: function(Object), select: function(string)}} actions
   */
  function make(places, actions) {
    let view = null, visible = [], points = [], signature = "", current = -1, cursor = null;
    let kept = new Set();

    for (const name of ["x", "y", "size", "xscale", "yscale"]) {
      places[name].addEventListener("change", () => actions.change({ [name]: places[name].value || null }));
    }
    places.frame.addEventListener("pointermove", (event) => point(nearest(event)));
    places.frame.addEventListener("pointerleave", () => point(-1));
    places.frame.addEventListener("click", (event) => choose(nearest(event)));
    places.frame.addEventListener("keydown", move);
    new ResizeObserver(() => { if (view) draw(); }).observe(places.frame);

    /** Draw if anything that the chart shows has changed; the weights change only who leads. */
    function update(next, order) {
      const sameRows = view && visible.length === order.length && order.every((index) => kept.has(index));
      view = next;
      const chosen = axes(view);
      const now = JSON.stringify([view.state.section, chosen, view.state.xscale, view.state.yscale]);
      if (now !== signature || !sameRows) {
        signature = now;
        visible = order;
        kept = new Set(order);
        fillChoices(chosen);
        draw();
      }
      markRanks();
    }
    function fillChoices(chosen) {
      for (const name of ["x", "y", "size"]) {
        const options = view.criteria.map(({ key, heading, measured }) =>
          Dom.html("option", { value: key }, `${heading}${view.section ? (measured ? ", measured" : ", published") : ""}`));
        if (name === "size") options.unshift(Dom.html("option", { value: "none" }, "all equal"));
        places[name].replaceChildren(...options);
        places[name].value = chosen[name] ?? "none";
      }
      places.xscale.value = view.state.xscale;
      places.yscale.value = view.state.yscale;
    }

    function draw() {
      const { x, y, size } = axes(view);
      current = -1;
      points = [];
      if (!x || !y) return places.frame.replaceChildren();
      const width = Math.max(300, places.frame.clientWidth);
      const height = width < PHONE ? HEIGHT_ON_PHONE : HEIGHT;
      const [xs, ys] = [view.values(x), view.values(y)];
      const rows = visible.filter((index) => xs[index] !== null && ys[index] !== null);
      if (!rows.length) return places.frame.replaceChildren(Dom.html("p", { class: "empty" }, "No model shown has both values."));
      const frame = { left: EDGE.left, right: width - EDGE.right, top: EDGE.top, bottom: height - EDGE.bottom };
      const spread = (column, key) => rows.flatMap((index) => [column[index], ...ends(key, index)]);
      const across = Axis.make(spread(xs, x), { mode: view.state.xscale, from: frame.left, to: frame.right, ticks: width < PHONE ? 4 : 7 });
      const up = Axis.make(spread(ys, y), { mode: view.state.yscale, from: frame.bottom, to: frame.top, ticks: 6 });
      const radius = radii(size, rows);
      points = rows.map((index, number) => ({ index, x: across.at(xs[index]), y: up.at(ys[index]), radius: radius(index), number }));
      const front = frontOf(rows, xs, ys, x, y);
      const order = points.toSorted((a, b) => b.radius - a.radius);
      for (const point of order) point.node = circle(point, front.has(point.index));
      cursor = Dom.svg("circle", { class: "cursor", r: 0, tabindex: 0, role: "button", "aria-label": `Points of the chart, ${points.length} models; arrow keys move, Enter opens the row` });
      cursor.addEventListener("focus", () => point(current < 0 ? 0 : current, true));
      places.frame.replaceChildren(Dom.svg("svg", { class: "chart", width, height, viewBox: `0 0 ${width} ${height}`, role: "group", "aria-label": title(x, y) },
        ...frameOf(frame, across, up, x, y),
        Dom.svg("g", {}, ...points.flatMap((point) => bars(point, across, up, x, y))),
        line(points.filter(({ index }) => front.has(index))),
        Dom.svg("g", {}, ...order.map(({ node }) => node)),
        Dom.svg("g", { "aria-hidden": "true" }, ...names(frame, front)),
        cursor));
      markRanks();
    }

    const criterion = (key) => view.data.criterion.get(key);
    const title = (x, y) => `${criterion(y).heading} against ${criterion(x).heading}`;

    function ends(key, index) {
      const { low, high } = view.items[index];
      return criterion(key).measured && criterion(key).of === "accuracy" && low !== null && high !== null ? [low, high] : [];
    }

    function radii(size, rows) {
      if (!size) return () => PLAIN;
      const column = view.values(size);
      const known = rows.map((index) => column[index]).filter((value) => value !== null && value >= 0);
      const most = Math.max(...known, 0);
      // The area of a point is in proportion to its value.
      return (index) => (column[index] === null || !most ? SMALL : Math.max(SMALL, LARGE * Math.sqrt(Math.max(0, column[index]) / most)));
    }

    function frontOf(rows, xs, ys, x, y) {
      const [xSense, ySense] = [criterion(x).sense, criterion(y).sense];
      if (!xSense || !ySense || x === y) return new Set();
      const on = Ranking.front(rows.map((index) => xs[index]), rows.map((index) => ys[index]), xSense, ySense);
      return new Set(rows.filter((_, number) => on[number]));
    }

    const circle = ({ x, y, radius }, onFront) => Dom.svg("circle", { class: `mark${onFront ? " front" : ""}`, cx: x.toFixed(1), cy: y.toFixed(1), r: radius.toFixed(1) });

    function bars({ index, x, y }, across, up, xKey, yKey) {
      const [left, right] = ends(xKey, index), [low, high] = ends(yKey, index);
      return [
        left === undefined ? null : Dom.svg("line", { class: "range", x1: across.at(left), x2: across.at(right), y1: y, y2: y }),
        low === undefined ? null : Dom.svg("line", { class: "range", x1: x, x2: x, y1: up.at(low), y2: up.at(high) }),
      ].filter(Boolean);
    }

    /** Draw the front as steps: between two of its points no model is better in both criteria. */
    function line(front) {
      const sorted = front.toSorted((a, b) => a.x - b.x || a.y - b.y);
      const path = sorted.map(({ x, y }, number) => `${number ? "L" : "M"}${x.toFixed(1)} ${y.toFixed(1)}`).join("");
      return Dom.svg("path", { class: "frontline", d: path });
    }

    function names(frame, front) {
      const named = points.filter(({ index }) => front.has(index) || points.length <= MOST_NAMED)
        .toSorted((a, b) => front.has(b.index) - front.has(a.index) || (view.ranks[a.index] ?? Infinity) - (view.ranks[b.index] ?? Infinity))
        .map((point) => ({ ...point, name: view.items[point.index].name }));
      return Labels.place(named, frame, points.length <= 10 * MOST_NAMED ? points : named)
        .map(({ x, y, name, anchor }) => Dom.svg("text", { class: `label ${anchor}`, x: x.toFixed(1), y: y.toFixed(1) }, name));
    }

    function markRanks() {
      for (const { node, index } of points) {
        const rank = view.ranks[index];
        node.classList.toggle("leader", rank === 1);
        node.classList.toggle("unranked", rank === null);
      }
    }

    function nearest(event) {
      const box = places.frame.getBoundingClientRect();
      const [x, y] = [event.clientX - box.left, event.clientY - box.top];
      let best = -1, least = NEAR;
      points.forEach((point, number) => {
        const distance = Math.max(0, Math.hypot(point.x - x, point.y - y) - point.radius);
        if (distance < least) [best, least] = [number, distance];
      });
      return best;
    }

    /** Mark a point and name it beside it; `say` also tells screen readers. */
    function point(number, say = false) {
      if (!cursor || (number < 0 && cursor === document.activeElement)) return;
      current = number;
      if (number < 0) {
        cursor.setAttribute("r", 0);
        Dom.setText(places.readout, "");
        return;
      }
      const { x, y, radius, index } = points[number];
      cursor.setAttribute("cx", x);
      cursor.setAttribute("cy", y);
      cursor.setAttribute("r", radius + 4);
      const words = describe(index);
      if (say) cursor.setAttribute("aria-label", words);
      Dom.setText(places.readout, words);
    }

    function describe(index) {
      const { x, y, size } = axes(view);
      const values = [...new Set([x, y, size].filter(Boolean))].map((key) => `${criterion(key).label} ${Format.withUnit(criterion(key), view.values(key)[index])}`);
      const rank = view.ranks[index];
      return `${view.items[index].name}: ${values.join(", ")}; ${rank === null ? "not ranked" : `rank ${rank}`}`;
    }

    function move(event) {
      if (!points.length || event.target !== cursor) return;
      if (event.key === "Enter" || event.key === " ") {
        event.preventDefault();
        choose(current);
        return;
      }
      const step = { ArrowRight: 1, ArrowLeft: -1, ArrowUp: 1, ArrowDown: -1 }[event.key];
      const edge = { Home: 0, End: points.length - 1 }[event.key];
      if (step === undefined && edge === undefined) return;
      event.preventDefault();
      const vertical = event.key === "ArrowUp" || event.key === "ArrowDown";
      const along = points.toSorted((a, b) => (vertical ? b.y - a.y : a.x - b.x));
      const at = along.findIndex(({ number }) => number === current);
      const next = edge ?? Math.min(points.length - 1, Math.max(0, at + step));
      point(along[next].number, true);
    }

    function choose(number) {
      if (number >= 0) actions.select(view.items[points[number].index].id);
    }

    function frameOf(frame, across, up, x, y) {
      return [
        ...up.ticks.flatMap((tick) => [
          Dom.svg("line", { class: "grid", x1: frame.left, x2: frame.right, y1: up.at(tick), y2: up.at(tick) }),
          Dom.svg("text", { class: "tick end", x: frame.left - 8, y: up.at(tick) + 4 }, Axis.label(criterion(y), tick)),
        ]),
        ...across.ticks.flatMap((tick) => [
          Dom.svg("line", { class: "notch", x1: across.at(tick), x2: across.at(tick), y1: frame.bottom, y2: frame.bottom + 5 }),
          Dom.svg("text", { class: "tick middle", x: across.at(tick), y: frame.bottom + 19 }, Axis.label(criterion(x), tick)),
        ]),
        Dom.svg("line", { class: "axis", x1: frame.left, x2: frame.right, y1: frame.bottom, y2: frame.bottom }),
        Dom.svg("text", { class: "axis-title middle", x: (frame.left + frame.right) / 2, y: frame.bottom + 39 }, axisTitle(x, across.log)),
        Dom.svg("text", { class: "axis-title middle", transform: `translate(14 ${(frame.top + frame.bottom) / 2}) rotate(-90)` }, axisTitle(y, up.log)),
      ];
    }

    const axisTitle = (key, log) => `${criterion(key).heading}${criterion(key).measured ? ", measured" : ""}${log ? ", log scale" : ""}`;

    return Object.freeze({ update });
  }

  /** Return the keys of the axes: the chosen ones, or what the ranking weighs (what to pay across, what to get up). */
  function axes({ state, columns, criteria, known }) {
    const weighed = columns.map(({ criterion }) => criterion);
    const pool = [...weighed, ...criteria.filter((criterion) => criterion.sense && !weighed.includes(criterion))];
    const pick = (key, test) => (known.has(key) ? key : pool.find(test)?.key);
    const y = pick(state.y, ({ sense }) => sense === "max") ?? pool[0]?.key;
    const x = pick(state.x, ({ key, sense }) => sense === "min" && key !== y) ?? pool.find(({ key }) => key !== y)?.key ?? y;
    const size = state.size === "none" ? null : known.has(state.size) ? state.size : weighed.find(({ key, unit }) => unit === "count" && key !== x && key !== y)?.key ?? null;
    return { x, y, size };
  }

  return Object.freeze({ make });
})();
