/** The chart of any two criteria: points, their Pareto front, intervals of a measured accuracy. */
const Scatter = (() => {
  const EDGE = { left: 60, right: 18, top: 16, bottom: 46 };
  const HEIGHT = 310;
  const HEIGHT_ON_PHONE = 300;
  const PHONE = 560;
  const LEAST_WIDTH = 300;
  // Pixels between a pointer and the point that it means.
  const NEAR = 24;
  const MOST_NAMED = 60;
  const DENSE = 600;

  /**
   * Fill the chart.
   * @param {{frame: Element, readout: Element, x: Element, y: Element, size: Element, xscale: Element, yscale: Element}} places
   * @param {{change: function(Object), select: function(string)}} actions
   */
  function make(places, actions) {
    let view = null;
    let visible = [];
    let kept = new Set();
    let signature = "";
    let points = [];
    let current = -1;
    let cursor = null;

    for (const name of ["x", "y", "size", "xscale", "yscale"]) {
      places[name].addEventListener("change", () => actions.change({ [name]: places[name].value || null }));
    }
    places.frame.addEventListener("pointermove", (event) => point(nearest(event)));
    places.frame.addEventListener("pointerleave", () => point(-1));
    places.frame.addEventListener("click", (event) => choose(nearest(event)));
    places.frame.addEventListener("keydown", move);
    new ResizeObserver(() => {
      if (view) draw();
    }).observe(places.frame);

    /** Draw if anything that the chart shows has changed; the weights change only who leads. */
    function update(next, order) {
      const sameRows = view && visible.length === order.length && order.every((index) => kept.has(index));
      view = next;
      const chosen = Plot.axes(view);
      const keys = [chosen.x, chosen.y, chosen.size].map((criterion) => criterion?.key);
      const now = JSON.stringify([view.state.section, keys, view.state.xscale, view.state.yscale]);
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
        const none = name === "size" ? [Dom.html("option", { value: "none" }, "all equal")] : [];
        places[name].replaceChildren(...none, ...optionGroups());
        places[name].value = chosen[name]?.key ?? "none";
      }
      places.xscale.value = view.state.xscale;
      places.yscale.value = view.state.yscale;
    }

    /** List the criteria for a choice, measured ones first, as the panel of weights does. */
    function optionGroups() {
      const option = ({ key, heading }) => Dom.html("option", { value: key }, heading);
      return [true, false]
        .map((kind) => [kind, view.criteria.filter(({ measured }) => measured === kind)])
        .filter(([, criteria]) => criteria.length)
        .map(([kind, criteria]) =>
          Dom.html("optgroup", { label: kind ? "Measured" : "Published" }, ...criteria.map(option)),
        );
    }

    function draw() {
      const { x, y, size } = Plot.axes(view);
      current = -1;
      points = [];
      if (!x || !y) return places.frame.replaceChildren();
      const [xs, ys] = [view.values(x.key), view.values(y.key)];
      const rows = visible.filter((index) => xs[index] !== null && ys[index] !== null);
      if (!rows.length) {
        return places.frame.replaceChildren(Dom.html("p", { class: "empty" }, "No model shown has both values."));
      }
      const width = Math.max(LEAST_WIDTH, places.frame.clientWidth);
      const narrow = width < PHONE;
      const height = narrow ? HEIGHT_ON_PHONE : HEIGHT;
      const area = { left: EDGE.left, right: width - EDGE.right, top: EDGE.top, bottom: height - EDGE.bottom };
      const ends = (criterion, index) => Plot.interval(criterion, view.items[index]);
      const spread = (column, criterion) => rows.flatMap((index) => [column[index], ...ends(criterion, index)]);
      const across = Axis.make(spread(xs, x), {
        mode: view.state.xscale,
        from: area.left,
        to: area.right,
        ticks: narrow ? 4 : 7,
      });
      const up = Axis.make(spread(ys, y), { mode: view.state.yscale, from: area.bottom, to: area.top, ticks: 6 });
      const radius = Plot.radii(view, size, rows);
      points = rows.map((index, number) => ({
        index,
        number,
        x: across.at(xs[index]),
        y: up.at(ys[index]),
        radius: radius(index),
      }));
      const front = Plot.front(view, rows, x, y);
      const largestFirst = points.toSorted((a, b) => b.radius - a.radius);
      for (const point of largestFirst) point.node = Marks.circle(point, front.has(point.index));
      const steps = Marks.corners(
        points.filter(({ index }) => front.has(index)),
        x.sense,
      );
      cursor = newCursor();
      const label = `${y.heading} against ${x.heading}`;
      const box = { width, height, viewBox: `0 0 ${width} ${height}` };
      const intervals = points.flatMap((point) =>
        Marks.intervals(point, ends(x, point.index).map(across.at), ends(y, point.index).map(up.at)),
      );
      places.frame.replaceChildren(
        Dom.svg(
          "svg",
          { class: points.length <= DENSE ? "chart" : "chart dense", ...box, role: "group", "aria-label": label },
          ...Marks.frame(area, across, up, x, y),
          Dom.svg("g", {}, ...intervals.map(Marks.interval)),
          Marks.front(steps),
          Dom.svg("g", {}, ...largestFirst.map(({ node }) => node)),
          Dom.svg("g", { "aria-hidden": "true" }, ...names(area, front, [steps, ...intervals].flatMap(Marks.boxes))),
          cursor,
        ),
      );
      markRanks();
    }

    /** Make the ring around the current point: the one stop of the Tab key in the chart. */
    function newCursor() {
      const label = `Points of the chart, ${points.length} models; arrow keys move, Enter opens the row`;
      const focus = () => point(Math.max(current, 0), true);
      return Dom.svg("circle", {
        class: "cursor",
        r: 0,
        tabindex: 0,
        role: "button",
        "aria-label": label,
        on: { focus },
      });
    }

    function names(area, front, lines) {
      const named = points
        .filter(({ index }) => front.has(index) || points.length <= MOST_NAMED)
        .toSorted(
          (a, b) =>
            (view.ranks[b.index] === 1) - (view.ranks[a.index] === 1) ||
            front.has(b.index) - front.has(a.index) ||
            (view.ranks[a.index] ?? Infinity) - (view.ranks[b.index] ?? Infinity),
        )
        .map((point) => ({ ...point, name: view.items[point.index].name }));
      const discs = (points.length <= DENSE ? points : named).map(({ x, y, radius }) => ({
        x: x - radius,
        y: y - radius,
        width: 2 * radius,
        height: 2 * radius,
      }));
      return Labels.place(named, area, [...discs, ...lines]).map(({ x, y, name, anchor }) =>
        Dom.svg("text", { class: `label ${anchor}`, x: x.toFixed(1), y: y.toFixed(1) }, name),
      );
    }

    /** Mark who leads and who is not ranked; only points whose mark changes are touched. */
    function markRanks() {
      for (const point of points) {
        const rank = view.ranks[point.index];
        const kind = rank === 1 ? "leader" : rank === null ? "unranked" : "ranked";
        if (kind === point.kind) continue;
        point.node.classList.remove(point.kind ?? kind);
        point.node.classList.add(kind);
        point.kind = kind;
      }
    }

    function nearest(event) {
      const box = places.frame.getBoundingClientRect();
      const [x, y] = [event.clientX - box.left, event.clientY - box.top];
      let best = -1,
        least = NEAR;
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
      const { x, y, size } = Plot.axes(view);
      const values = [...new Set([x, y, size].filter(Boolean))].map(
        (criterion) => `${criterion.label} ${Format.withUnit(criterion, view.values(criterion.key)[index])}`,
      );
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

    return Object.freeze({ update });
  }

  return Object.freeze({ make });
})();
