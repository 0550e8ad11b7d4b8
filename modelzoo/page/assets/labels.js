/** Names beside points of a chart: as many as have room, in the order given. */
const Labels = (() => {
  const HEIGHT = 13,
    GAP = 7,
    WIDTH_OF_LETTER = 6.4;

  const overlap = (a, b) => a.x < b.x + b.width && b.x < a.x + a.width && a.y < b.y + b.height && b.y < a.y + a.height;

  /**
   * Choose a place for each name: at a side of its point or between two sides; none where every place is taken.
   * @param {{x: number, y: number, name: string, radius: number}[]} points - the most important first
   * @param {{left: number, right: number, top: number, bottom: number}} frame
   * @param {{x: number, y: number, width: number, height: number}[]} obstacles - boxes that no name may cover
   * @returns {{x: number, y: number, name: string, anchor: string}[]}
   */
  function place(points, frame, obstacles) {
    const taken = [...obstacles];
    const placed = [];
    for (const { x, y, name, radius } of points) {
      const width = name.length * WIDTH_OF_LETTER;
      const places = [
        { anchor: "start", at: x + radius + GAP - 2, left: x + radius + GAP - 2, top: y - HEIGHT / 2 },
        { anchor: "end", at: x - radius - GAP + 2, left: x - radius - GAP + 2 - width, top: y - HEIGHT / 2 },
        { anchor: "middle", at: x, left: x - width / 2, top: y - radius - GAP / 2 - HEIGHT },
        { anchor: "middle", at: x, left: x - width / 2, top: y + radius + GAP / 2 },
        { anchor: "start", at: x + GAP, left: x + GAP, top: y - radius - HEIGHT },
        { anchor: "end", at: x - GAP, left: x - GAP - width, top: y - radius - HEIGHT },
        { anchor: "start", at: x + GAP, left: x + GAP, top: y + radius },
        { anchor: "end", at: x - GAP, left: x - GAP - width, top: y + radius },
      ];
      for (const { anchor, at, left, top } of places) {
        const box = { x: left, y: top, width, height: HEIGHT };
        const inside =
          left >= frame.left && left + width <= frame.right && top >= frame.top && top + HEIGHT <= frame.bottom;
        if (!inside || taken.some((other) => overlap(box, other))) continue;
        taken.push(box);
        placed.push({ x: at, y: top + HEIGHT - 3, name, anchor });
        break;
      }
    }
    return placed;
  }

  return Object.freeze({ place });
})();
