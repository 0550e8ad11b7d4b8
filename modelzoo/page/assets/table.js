/** The table of all models: sorted by a click on a heading, a row opened by its name. */
const Table = (() => {
  const CHUNK = 50;
  const LETTER = 97;
  const HEADINGS = { name: "text name", score: "text" };

  /**
   * Fill the region of the table.
   * @param {{head: Element, body: Element, more: Element, count: Element}} places
   * @param {{sort: function(string), toggle: function(string)}} actions
   */
  function make(places, actions) {
    let shown = CHUNK;
    let columns = [],
      signature = "",
      view = null,
      order = [];
    const rows = new Map(),
      details = new Map();
    const line = Dom.html("tr", { class: "divider" }, Dom.html("th", { scope: "colgroup" }, Dom.html("span")));

    places.more.addEventListener("click", () => {
      shown += CHUNK;
      draw();
    });

    function update(next, nextOrder) {
      view = next;
      order = nextOrder;
      const keys = Columns.shown(view);
      const now = `${view.state.section}:${keys}`;
      if (now !== signature) {
        signature = now;
        columns = keys.map((key) => Columns.get(view.data, key));
        rows.clear();
        details.clear();
        places.body.replaceChildren();
        places.head.replaceChildren(...columns.map(heading));
      }
      markSorted();
      draw();
    }

    function heading(column) {
      const button = Dom.html(
        "button",
        { type: "button", on: { click: () => actions.sort(column) } },
        column.heading,
        Dom.html("span", { class: "arrow", "aria-hidden": "true" }),
      );
      const group = column.criterion ? (column.criterion.measured ? "measured" : "published") : null;
      return Dom.html(
        "th",
        { scope: "col", class: HEADINGS[column.key] ?? (column.numeric ? "number" : "text"), title: column.help },
        group && Dom.html("span", { class: "group" }, group),
        button,
      );
    }

    function markSorted() {
      const key = view.state.sort.replace(/^-/, "");
      columns.forEach((column, number) => {
        const cell = places.head.children[number];
        if (column.key !== key) cell.removeAttribute("aria-sort");
        else cell.setAttribute("aria-sort", view.state.sort.startsWith("-") ? "descending" : "ascending");
      });
    }

    function draw() {
      const visible = order.slice(0, shown);
      const open = new Set(view.state.open);
      const firstUnranked = visible.find((index) => view.ranks[index] === null);
      const nodes = visible.flatMap((index) => {
        const isOpen = open.has(view.items[index].id);
        return [
          index === firstUnranked ? divider() : null,
          fillRow(index, isOpen),
          isOpen ? detail(index) : null,
        ].filter(Boolean);
      });
      place(places.body, nodes);
      const left = order.length - visible.length;
      places.more.hidden = left === 0;
      Dom.setText(places.more, `Show ${Math.min(CHUNK, left)} more of ${Format.integer(left)}`);
      Dom.setText(
        places.count,
        order.length === view.items.length
          ? `${Format.integer(order.length)} models`
          : `${Format.integer(order.length)} of ${Format.integer(view.items.length)} models`,
      );
    }

    /** Return the line between the ranked models and the others. */
    function divider() {
      const unranked = order.filter((index) => view.ranks[index] === null).length;
      Dom.setText(
        line.firstChild.firstChild,
        `Not ranked: ${Format.integer(unranked)} ${unranked === 1 ? "model" : "models"}`,
      );
      line.firstChild.setAttribute("colspan", columns.length);
      return line;
    }

    function fillRow(index, open) {
      const item = view.items[index];
      if (!rows.has(item.id)) rows.set(item.id, newRow(item));
      const { row, cells } = rows.get(item.id);
      columns.forEach((column, number) => cells[number].fill(view, index, column));
      row.classList.toggle("unranked", view.ranks[index] === null);
      row.classList.toggle("leader", view.ranks[index] === 1);
      cells[columns.findIndex(({ key }) => key === "name")].button.setAttribute("aria-expanded", String(open));
      return row;
    }

    function newRow(item) {
      const cells = columns.map((column) =>
        (CELLS[column.key] || (isAccuracy(column.criterion) ? accuracyCell : plainCell))(column, item, actions),
      );
      return { row: Dom.html("tr", { id: `row-${item.id}` }, ...cells.map(({ cell }) => cell)), cells };
    }

    function detail(index) {
      const { id } = view.items[index];
      if (!details.has(id)) {
        const cell = Dom.html("td", { colspan: columns.length }, Details.draw(view, index));
        details.set(id, Dom.html("tr", { class: "detail", id: `detail-${id}` }, cell));
      }
      return details.get(id);
    }

    /** Show a row, however far down it is, and put the focus on its name. */
    function reveal(id) {
      const index = order.findIndex((candidate) => view.items[candidate].id === id);
      if (index < 0) return;
      shown = Math.max(shown, index + 1);
      draw();
      const { row, cells } = rows.get(id);
      row.scrollIntoView({ block: "center" });
      cells[columns.findIndex(({ key }) => key === "name")].button.focus({ preventScroll: true });
    }

    /** Show all rows, as for paper, until `shrink`. */
    function grow() {
      const before = shown;
      shown = Infinity;
      draw();
      shown = before;
    }

    return Object.freeze({ update, reveal, grow, shrink: () => draw() });
  }

  /** Put the nodes into the parent in their order; a node that stays in order is not touched, so focus stays. */
  function place(parent, nodes) {
    const wanted = new Set(nodes);
    for (const child of [...parent.children]) if (!wanted.has(child)) child.remove();
    let cursor = parent.firstChild;
    for (const node of nodes) {
      // A row that went down leaves its place at once, or every row above its new place would move.
      if (cursor !== null && node !== cursor && node === cursor.nextSibling) {
        cursor.remove();
        cursor = node;
      }
      if (node === cursor) cursor = cursor.nextSibling;
      else parent.insertBefore(node, cursor);
    }
  }

  const isAccuracy = (criterion) => criterion !== undefined && criterion.measured && criterion.of === "accuracy";

  function plainCell(column) {
    const cell = Dom.html("td", { class: column.numeric ? "number" : "text" });
    return { cell, fill: (view, index) => Dom.setText(cell, String(column.text(view, index))) };
  }

  function nameCell(_, item, actions) {
    const button = Dom.html(
      "button",
      { type: "button", "aria-controls": `detail-${item.id}`, on: { click: () => actions.toggle(item.id) } },
      Dom.html("span", { class: "marker", "aria-hidden": "true" }),
      item.name,
    );
    const cell = Dom.html("th", { scope: "row", class: "name" }, button);
    return { cell, button, fill: () => {} };
  }

  function scoreCell() {
    const text = Dom.html("span", { class: "value" });
    const bar = Dom.svg("svg", {
      class: "bar",
      viewBox: "0 0 100 8",
      preserveAspectRatio: "none",
      "aria-hidden": "true",
    });
    const cell = Dom.html("td", { class: "score" }, text, bar);
    function fill(view, index) {
      const ranked = view.ranks[index] !== null;
      Dom.setText(text, ranked ? view.ranking.scores[index].toFixed(2) : View.reason(view, index));
      cell.classList.toggle("reason", !ranked);
      drawBar(bar, ranked ? view : null, index);
    }
    return { cell, fill };
  }

  /** Draw the contributions to a score as one bar; its full width is the highest score possible. */
  function drawBar(bar, view, index) {
    const parts = view ? view.columns : [];
    while (bar.childElementCount > parts.length) bar.lastChild.remove();
    while (bar.childElementCount < parts.length) bar.append(Dom.svg("rect", { height: 8 }));
    let x = 0;
    parts.forEach((_, number) => {
      const width = (100 / parts.length) * view.ranking.contributions[number][index];
      const part = bar.children[number];
      part.setAttribute("class", `part-${number % 6}`);
      part.setAttribute("x", x.toFixed(2));
      part.setAttribute("width", Math.max(0, width).toFixed(2));
      x += width;
    });
  }

  function shareCell(column) {
    const { cell, fill } = plainCell(column);
    return {
      cell,
      fill: (view, index) => {
        fill(view, index);
        cell.classList.toggle("stale", view.stale === true);
      },
    };
  }

  function changeCell() {
    const mark = Dom.html("span", { "aria-hidden": "true" });
    const words = Dom.hidden("");
    const cell = Dom.html("td", { class: "number change" }, mark, words);
    function fill(view, index) {
      const { change } = view.items[index];
      const [sign, word] =
        change === null
          ? [Format.MISSING, "not in both rankings"]
          : change > 0
            ? [`▲ ${change}`, `up ${change}`]
            : change < 0
              ? [`▼ ${-change}`, `down ${-change}`]
              : ["=", "unchanged"];
      Dom.setText(mark, sign);
      Dom.setText(words, word);
      mark.className = change > 0 ? "up" : "";
    }
    return { cell, fill };
  }

  /** Accuracy with the letters of its ties, each letter in its own place: a group is a column of one letter. */
  function accuracyCell(column, item) {
    const value = Dom.html("span", {});
    const cell = Dom.html("td", { class: "number" }, value);
    let drawn = false;
    function fill(view, index) {
      Dom.setText(value, column.text(view, index));
      if (drawn) return;
      drawn = true;
      const letters = tieLetters(view.section);
      if (!letters) return;
      const tie = item.tie ?? "";
      const slots = Array.from({ length: letters }, (_, number) => String.fromCharCode(LETTER + number)).map((letter) =>
        Dom.html("span", {}, tie.includes(letter) ? letter : "\u00a0"),
      );
      cell.append(
        Dom.html(
          "span",
          { class: "tie", title: tie && "Models that share a letter are not significantly different in accuracy." },
          ...slots,
        ),
      );
    }
    return { cell, fill };
  }

  /** Return how many letters the ties of a section use. */
  function tieLetters(section) {
    const used = section ? section.rows.tie.join("") : "";
    return used ? Math.max(...[...used].map((letter) => letter.charCodeAt(0))) - LETTER + 1 : 0;
  }

  const CELLS = { name: nameCell, score: scoreCell, first: shareCell, change: changeCell };

  return Object.freeze({ make });
})();
