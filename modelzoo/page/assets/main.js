/** The page: one state, one view of it, drawn at most once a frame; slow or spoken parts wait for a pause. */
const Main = (() => {
  const PAUSE_MS = 150;
  const byId = (id) => document.getElementById(id);
  const places = (names) => Object.fromEntries(Object.entries(names).map(([name, id]) => [name, byId(id)]));

  /** Call the function when the browser is idle, which Safari does not tell. */
  const whenIdle = (call) => (window.requestIdleCallback ? requestIdleCallback(call, { timeout: PAUSE_MS }) : call());

  function start() {
    const data = Data.read(byId("data").textContent);
    const viewOf = View.maker();
    let state = State.read(data, location.hash);
    let view = null,
      shares = { signature: "", values: null },
      frame = 0,
      pause = 0;

    const actions = {
      change(patch) {
        state = { ...state, ...patch };
        soon();
      },
      reset() {
        state = State.initial(data);
        soon();
      },
      sort(column) {
        const rising = column.rising ? column.key : `-${column.key}`;
        const falling = column.rising ? `-${column.key}` : column.key;
        actions.change({ sort: state.sort === rising ? falling : rising });
      },
      toggle(id) {
        actions.change({
          open: state.open.includes(id) ? state.open.filter((other) => other !== id) : [...state.open, id],
        });
      },
      fold() {
        actions.change({ unranked: state.unranked ? "" : "shown" });
      },
      select(id) {
        if (!state.open.includes(id)) state = { ...state, open: [...state.open, id] };
        draw();
        table.reveal(id);
      },
    };

    const weights = Weights.make(
      places({ presets: "presets", criteria: "criteria", limits: "limits", problem: "limits-problem" }),
      actions,
    );
    const filters = Filters.make(
      places({
        search: "search",
        family: "family",
        measured: "measured",
        ranges: "ranges",
        columns: "columns",
        clear: "clear",
      }),
      actions,
    );
    const scatter = Scatter.make(
      places({ frame: "chart", readout: "readout", x: "x", y: "y", size: "size", xscale: "xscale", yscale: "yscale" }),
      actions,
    );
    const table = Table.make(places({ head: "head", body: "body", more: "more", count: "count" }), actions);
    const caption = Caption.make(places({ section: "section", caption: "caption" }), actions, data);

    function soon() {
      busy(true);
      if (!frame) frame = requestAnimationFrame(draw);
    }

    const busy = (is) => byId("table").setAttribute("aria-busy", String(is));

    function draw() {
      busy(true);
      cancelAnimationFrame(frame);
      frame = 0;
      view = viewOf(data, state);
      const now = Firmness.signature(view);
      view.shares = shares.values;
      view.stale = now !== shares.signature;
      if (view.stale && shares.section !== state.section) view.shares = null;
      const order = View.order(view);
      weights.update(view);
      filters.update(view);
      scatter.update(view, order);
      table.update(view, order);
      const [lead, ...rest] = Sentence.write({ ...view, shares: view.stale ? null : view.shares });
      Dom.setText(byId("lead"), lead);
      Dom.setText(byId("rest"), rest.join(" "));
      clearTimeout(pause);
      pause = setTimeout(() => whenIdle(settle), PAUSE_MS);
    }

    /** Do what a moving slider must not wait for: shares of weightings, the address, the caption, the spoken sentence. */
    function settle() {
      const address = State.write(data, state);
      if (address !== location.hash) history.replaceState(null, "", address || location.pathname + location.search);
      if (view.stale) {
        shares = { signature: Firmness.signature(view), section: state.section, values: Firmness.shares(view) };
        draw();
        return;
      }
      caption.update(view);
      Dom.setText(byId("spoken"), byId("sentence").textContent);
      busy(false);
    }

    window.addEventListener("hashchange", () => {
      state = State.read(data, location.hash);
      soon();
    });
    window.addEventListener("beforeprint", table.grow);
    window.addEventListener("afterprint", table.shrink);
    if (window.matchMedia("(max-width: 60rem)").matches) byId("weights").open = false;
    draw();
  }

  start();
  return Object.freeze({});
})();
