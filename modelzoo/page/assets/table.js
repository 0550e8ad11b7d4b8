/** The table of all models: sorted by a click on a heading, a row opened by its name. */
const Table = (() => {
  const CHUNK = 30;
  // Models without a rank that need no fold.
  const FEW = 5;
  const LETTER = 97;
  const HEADINGS = { name: "text name", score: "text" };

  /**
   * Fill the region of the table.
   * @param {{head: Element, body: Element, more: Element, count: Element}} places
   * @param {{sort: function(string), toggle: function(string), fold: function()}} actions
   */
  function make(places, actions) {
    let shown = CHUNK,
      whole = false;
    let columns = [],
      signature = "",
      view = null,
      order = [];
    const rows = new Map(),
      details = new Map();
    const fold = Dom.html("button", { type: "button", on: { click: actions.fold } });
    const divider = Dom.html("tr", { class: "divider" }, Dom.html("td", {}, fold));

    places.more.addEventListener("click", () => {
      shown += CHUNK;
      draw();
    });
    keepHeadInSight(places.head.closest("table"));

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
        {
          scope: "col",
          class: HEADINGS[column.key] ?? (column.numeric ? "number" : "text"),
          title: [column.heading, column.help].filter(Boolean).join(": "),
        },
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
      const open = new Set(view.state.open);
      const isOpen = (index) => open.has(view.items[index].id);
      const unranked = order.filter((index) => view.ranks[index] === null);
      const folded = !whole && isFolded(unranked);
      // The fold hides no model that was measured: a run cut short has no rank, and is what the reader looks for.
      const stays = (index) => view.ranks[index] !== null || view.items[index].row !== null || isOpen(index);
      const listed = folded ? order.filter(stays) : order;
      const visible = whole ? order : listed.slice(0, shown);
      const nodes = visible.flatMap((index) =>
        isOpen(index) ? [fillRow(index, true), detail(index)] : [fillRow(index, false)],
      );
      const left = whole ? 0 : listed.length - visible.length;
      if (unranked.length && (left === 0 || view.ranks[visible.at(-1)] === null)) {
        const first = visible.find((index) => view.ranks[index] === null);
        const place = first === undefined ? nodes.length : nodes.indexOf(rows.get(view.items[first].id).row);
        nodes.splice(place, 0, fillDivider(unranked, folded));
      }
      place(places.body, nodes);
      places.more.hidden = left === 0;
      Dom.setText(places.more, `Show ${Math.min(CHUNK, left)} more of ${Format.integer(left)}`);
      Dom.setText(
        places.count,
        order.length === view.items.length
          ? `${Format.integer(order.length)} models`
          : `${Format.integer(order.length)} of ${Format.integer(view.items.length)} models`,
      );
    }

    /** Say whether the models without a rank are folded: a few are not, nor those that a filter leaves. */
    const isFolded = (unranked) =>
      !view.state.unranked && unranked.length > FEW && unranked.length < order.length && !View.isFiltered(view.state);

    /** Return the line between the ranked models and the others, which shows and hides the others. */
    function fillDivider(unranked, folded) {
      const reason = View.reason(view, unranked[0]);
      const shared = unranked.every((index) => View.reason(view, index) === reason);
      const models = unranked.length === 1 ? "1 model is" : `${Format.integer(unranked.length)} models are`;
      Dom.setText(fold, `${models} not ranked${shared ? `: ${reason}` : ""}`);
      fold.setAttribute("aria-expanded", String(!folded));
      fold.disabled = !folded && !view.state.unranked;
      divider.firstChild.setAttribute("colspan", columns.length);
      return divider;
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
      const number = order.findIndex((candidate) => view.items[candidate].id === id);
      if (number < 0) return;
      shown = Math.max(shown, number + 1);
      draw();
      const { row, cells } = rows.get(id);
      row.scrollIntoView({ block: "center" });
      cells[columns.findIndex(({ key }) => key === "name")].button.focus({ preventScroll: true });
    }

    /** Show all rows, as for paper, until `shrink`. */
    function grow() {
      whole = true;
      draw();
      whole = false;
    }

    return Object.freeze({ update, reveal, grow, shrink: () => draw() });
  }

  /** Let the headings stick to the window, or to the region where the table is wider than it and must scroll. */
  function keepHeadInSight(table) {
    const region = table.parentElement;
    const observer = new ResizeObserver(() => region.classList.toggle("wide", table.offsetWidth > region.clientWidth));
    observer.observe(table);
    observer.observe(region);
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
    const bar = newBar();
    const cell = Dom.html("td", { class: "score" }, text, bar);
    function fill(view, index) {
      const ranked = view.ranks[index] !== null;
      Dom.setText(text, ranked ? view.ranking.scores[index].toFixed(2) : View.reason(view, index));
      cell.classList.toggle("reason", !ranked);
      drawBar(bar, ranked ? view : null, index);
    }
    return { cell, fill };
  }

  const newBar = (...parts) =>
    Dom.svg(
      "svg",
      { class: "bar", viewBox: "0 0 100 8", preserveAspectRatio: "none", "aria-hidden": "true" },
      ...parts,
    );

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

  /** The share of weightings for which a model is first, as a number and as a bar. */
  function shareCell(column) {
    const text = Dom.html("span", {});
    const part = Dom.svg("rect", { height: 8, class: "part-0" });
    const cell = Dom.html("td", { class: "number share" }, newBar(part), text);
    function fill(view, index) {
      Dom.setText(text, column.text(view, index));
      part.setAttribute("width", (100 * (column.value(view, index) ?? 0)).toFixed(1));
      cell.classList.toggle("stale", view.stale === true);
    }
    return { cell, fill };
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

  /** Accuracy with the letters of its ties, each letter in its own strip: a group is a strip of one letter. */
  function accuracyCell(column, item) {
    const value = Dom.html("span", {});
    const cell = Dom.html("td", { class: "number tied" }, value);
    let drawn = false;
    function fill(view, index) {
      Dom.setText(value, column.text(view, index));
      if (drawn) return;
      drawn = true;
      const letters = tieLetters(view.section);
      if (!letters) return;
      const tie = item.tie ?? "";
      const slots = Array.from({ length: letters }, (_, number) => String.fromCharCode(LETTER + number)).map(
        (letter) => (tie.includes(letter) ? Dom.html("span", { class: "in" }, letter) : Dom.html("span", {}, "\u00a0")),
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
