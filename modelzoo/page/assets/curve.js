/** The learning curve of a run: accuracy, or loss, of training and validation by epoch. */
const Curve = (() => {
  const WIDTH = 320,
    HEIGHT = 190;
  const EDGE = { left: 44, right: 76, top: 12, bottom: 32 };
  const PARTS = [
    ["training", "training"],
    ["validation", "validation"],
  ];

  /** Draw one chart for accuracy and one for loss; `curve` has a list for each, one number an epoch. */
  function draw(curve) {
    const figure = (title, unit, training, validation) =>
      Dom.html(
        "figure",
        {},
        Dom.html("figcaption", {}, title),
        chart(`${title} by epoch`, unit, curve.epochs, [training, validation]),
      );
    return Dom.html(
      "div",
      { class: "curves" },
      figure("Accuracy (%)", "%", curve.accuracy, curve.val_accuracy),
      figure("Loss", "", curve.loss, curve.val_loss),
    );
  }

  function chart(title, unit, epochs, series) {
    const known = series.flat().filter((value) => value !== null);
    const x = Axis.make(epochs, { from: EDGE.left, to: WIDTH - EDGE.right, padding: 0 });
    const y = Axis.make(known, { from: HEIGHT - EDGE.bottom, to: EDGE.top, ticks: 4 });
    const last = series.map((values) => values.at(-1));
    const words = PARTS.map(([, name], number) => `${name} ${short(last[number])}${unit && ` ${unit}`}`).join(", ");
    return Dom.svg(
      "svg",
      {
        class: "chart",
        viewBox: `0 0 ${WIDTH} ${HEIGHT}`,
        role: "img",
        "aria-label": `${title}; in the last epoch: ${words}`,
      },
      ...y.ticks.flatMap((tick) => [
        Dom.svg("line", { class: "grid", x1: EDGE.left, x2: WIDTH - EDGE.right, y1: y.at(tick), y2: y.at(tick) }),
        Dom.svg("text", { class: "tick end", x: EDGE.left - 6, y: y.at(tick) + 4 }, String(tick)),
      ]),
      ...x.ticks
        .filter(Number.isInteger)
        .map((tick) =>
          Dom.svg("text", { class: "tick middle", x: x.at(tick), y: HEIGHT - EDGE.bottom + 16 }, String(tick)),
        ),
      Dom.svg("text", { class: "tick", x: WIDTH - EDGE.right + 18, y: HEIGHT - EDGE.bottom + 16 }, "epoch"),
      ...series.flatMap((values, number) => line(epochs, values, x, y, PARTS[number][0])),
      ...names(last.map(y.at)),
    );
  }

  function line(epochs, values, x, y, kind) {
    const points = values.map((value, index) => `${x.at(epochs[index]).toFixed(1)},${y.at(value).toFixed(1)}`);
    if (points.length > 1) return [Dom.svg("polyline", { class: `line ${kind}`, points: points.join(" ") })];
    const [cx, cy] = points[0].split(",");
    return [Dom.svg("circle", { class: `dot ${kind}`, cx, cy, r: 3 })];
  }

  /** Write the name of each line at its end, 13 pixels apart at least. */
  function names(ends) {
    const middle = (ends[0] + ends[1]) / 2;
    const apart = Math.max(13, Math.abs(ends[0] - ends[1])) / 2;
    const first = ends[0] <= ends[1] ? -1 : 1;
    return PARTS.map(([kind, name], number) =>
      Dom.svg(
        "text",
        { class: `name ${kind}`, x: WIDTH - EDGE.right + 6, y: middle + apart * (number ? -first : first) + 4 },
        name,
      ),
    );
  }

  const short = (value) => String(Number(value.toPrecision(4)));

  return Object.freeze({ draw });
})();
