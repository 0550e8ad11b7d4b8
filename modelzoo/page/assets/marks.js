/** Drawings of a chart: frame with axes, points, intervals, Pareto front. */
const Marks = (() => {
  const WIDTH_OF_LETTER = 7;

  const at = (number) => number.toFixed(1);

  const line = (kind, x1, y1, x2, y2) =>
    Dom.svg("line", { class: kind, x1: at(x1), y1: at(y1), x2: at(x2), y2: at(y2) });

  /** Draw the grid, ticks and titles of two axes around an area. */
  function frame(area, across, up, x, y) {
    const { left, right, top, bottom } = area;
    const text = (kind, place, words) => Dom.svg("text", { class: kind, ...place }, words);
    return [
      ...up.ticks.flatMap((tick) => [
        line("grid", left, up.at(tick), right, up.at(tick)),
        text("tick end", { x: left - 8, y: at(up.at(tick) + 4) }, Axis.label(y, tick)),
      ]),
      ...across.ticks.flatMap((tick) => [
        line("notch", across.at(tick), bottom, across.at(tick), bottom + 5),
        text("tick middle", { x: at(across.at(tick)), y: bottom + 19 }, Axis.label(x, tick)),
      ]),
      line("axis", left, bottom, right, bottom),
      text("axis-title middle", { x: (left + right) / 2, y: bottom + 39 }, title(x, across.log, right - left)),
      text(
        "axis-title middle",
        { transform: `translate(14 ${(top + bottom) / 2}) rotate(-90)` },
        title(y, up.log, bottom - top),
      ),
    ];
  }

  /** Return the title of an axis; a heading too long for the axis is cut. */
  function title({ heading, measured }, log, width) {
    const more = `${measured ? ", measured" : ""}${log ? ", log scale" : ""}`;
    const room = Math.max(1, Math.floor(width / WIDTH_OF_LETTER) - more.length);
    return (heading.length > room ? `${heading.slice(0, room - 1)}…` : heading) + more;
  }

  const circle = ({ x, y, radius }, onFront) =>
    Dom.svg("circle", { class: onFront ? "mark front" : "mark", cx: at(x), cy: at(y), r: at(radius) });

  /** Return the intervals of a point as lines of two corners, given the ends in pixels; an interval may be empty. */
  const intervals = ({ x, y }, across, up) =>
    [across.map((end) => ({ x: end, y })), up.map((end) => ({ x, y: end }))].filter((ends) => ends.length);

  const interval = ([from, to]) => line("range", from.x, from.y, to.x, to.y);

  /** Return the corners of the front, a line of steps: on its better side there is no model. */
  function corners(points, xSense) {
    const sorted = points.toSorted((a, b) => a.x - b.x || a.y - b.y);
    return sorted.flatMap(({ x, y }, number) => {
      if (!number) return [{ x, y }];
      const before = sorted[number - 1];
      return [xSense === "max" ? { x: before.x, y } : { x, y: before.y }, { x, y }];
    });
  }

  const front = (steps) =>
    Dom.svg("path", {
      class: "frontline",
      d: steps.map(({ x, y }, i) => `${i ? "L" : "M"}${at(x)} ${at(y)}`).join(""),
    });

  /** Return the box around each step of a line. */
  const boxes = (line) =>
    line.slice(1).map(({ x, y }, number) => ({
      x: Math.min(x, line[number].x),
      y: Math.min(y, line[number].y),
      width: Math.abs(x - line[number].x),
      height: Math.abs(y - line[number].y),
    }));

  return Object.freeze({ frame, circle, intervals, interval, corners, front, boxes });
})();
