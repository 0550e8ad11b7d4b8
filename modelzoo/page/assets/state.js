/**
 * All that a person can choose, and its form in the address: `#by=top5:2,gpu,params&sort=-accuracy&q=net`.
 * Each part of a fragment is read alone, and ignored if it is broken.
 */
const State = (() => {
  const SCALES = ["auto", "linear", "log"];
  const MEASURED = ["yes", "no"];
  const UNRANKED = ["shown"];
  const MOST_WEIGHT = 3;
  // The command line takes any weight; a link of a person's own may hold one that the slider does not reach.
  const MOST_LINKED = 1000;

  /** Return the criteria and weights of a preset: "published", or "measured" in this section. */
  function preset(data, name, section = 0) {
    return { ...(name === "measured" ? data.sections[section].by : data.published.by) };
  }

  /** Return the state without any choice: as measured in the first section that ranks two models, or as published. */
  function initial(data) {
    const ranked = ({ rows }) => rows.measured_rank.filter((rank) => rank !== null).length;
    const section = data.sections.findIndex((candidate) => ranked(candidate) >= 2);
    return {
      section: Math.max(0, section),
      by: preset(data, section < 0 ? "published" : "measured", Math.max(0, section)),
      limits: {},
      sort: "rank",
      columns: null,
      q: "",
      family: "",
      measured: "",
      where: {},
      x: null,
      y: null,
      size: null,
      xscale: "auto",
      yscale: "auto",
      unranked: "",
      open: [],
    };
  }

  const canRank = (data, key) => data.criterion.has(key) && data.criterion.get(key).sense !== null;
  const number = (text) => (text.trim() !== "" && Number.isFinite(Number(text)) ? Number(text) : null);
  const oneOf = (allowed) => (text) => (allowed.includes(text) ? text : undefined);
  const split = (text) => text.split(",").filter(Boolean).map(decode);

  /** Read `key:rest` parts into an object; `parse` returns undefined for a broken part. */
  function pairs(text, allowed, parse) {
    const found = {};
    for (const part of text.split(",")) {
      const [written, rest = ""] = part.split(":");
      const key = decode(written);
      const value = allowed(key) ? parse(rest) : undefined;
      if (value !== undefined) found[key] = value;
    }
    return found;
  }

  function weight(text) {
    const value = text === "" ? 1 : number(text);
    return value !== null && value >= 0 && value <= MOST_LINKED ? value : undefined;
  }

  /** Read `low..high`, either end optional. */
  function range(text) {
    const ends = text.split("..");
    if (ends.length !== 2) return undefined;
    const [low, high] = ends.map(number);
    return low === null && high === null ? undefined : [low, high];
  }

  function limit(text) {
    const ends = range(text);
    if (ends === undefined || ends.some((end) => end !== null && (end < 0 || end > 100))) return undefined;
    return ends;
  }

  function readers(data) {
    const has = (key) => data.criterion.has(key);
    const key = (text) => (has(decode(text)) ? decode(text) : undefined);
    const family = (text) => (data.models.family.includes(text) ? text : undefined);
    return {
      section: (text) => (data.sections[Number(text) - 1] ? Number(text) - 1 : undefined),
      by: (text) => {
        const found = pairs(text, (name) => canRank(data, name), weight);
        return Object.keys(found).length ? found : undefined;
      },
      limits: (text) => pairs(text, (name) => canRank(data, name), limit),
      sort: (text) => (Columns.exists(data, decode(text).replace(/^-/, "")) ? decode(text) : undefined),
      columns: (text) => split(text).filter((name) => Columns.exists(data, name)),
      q: decode,
      family: (text) => family(decode(text)),
      measured: oneOf(MEASURED),
      where: (text) => pairs(text, has, range),
      x: key,
      y: key,
      size: (text) => (text === "none" ? text : key(text)),
      xscale: oneOf(SCALES),
      yscale: oneOf(SCALES),
      unranked: oneOf(UNRANKED),
      open: (text) => split(text),
    };
  }

  /** Return the text without its escapes, or an empty one if they are broken. */
  function decode(text) {
    try {
      return decodeURIComponent(text);
    } catch {
      return "";
    }
  }

  /** Return the state that a fragment describes. */
  function read(data, fragment) {
    const state = initial(data);
    const known = readers(data);
    for (const part of fragment.replace(/^#/, "").split("&")) {
      const cut = part.indexOf("=");
      const name = part.slice(0, cut);
      if (cut < 0 || !Object.hasOwn(known, name)) continue;
      const value = known[name](part.slice(cut + 1));
      if (value !== undefined) state[name] = value;
    }
    return state;
  }

  const ends = ([low, high]) => `${low ?? ""}..${high ?? ""}`;
  const encode = encodeURIComponent;
  const join = (object, text) =>
    Object.entries(object)
      .map(([key, value]) => encode(key) + text(value))
      .join(",");

  const WRITERS = {
    section: (section) => String(section + 1),
    by: (by) => join(by, (value) => (value === 1 ? "" : `:${Format.weight(value)}`)),
    limits: (limits) => join(limits, (value) => `:${ends(value)}`),
    where: (where) => join(where, (value) => `:${ends(value)}`),
    columns: (columns) => columns.map(encode).join(","),
    open: (open) => open.map(encode).join(","),
  };

  /** Return the fragment of a state: only the choices that differ from the initial state. */
  function write(data, state) {
    const start = initial(data);
    const text = (name, value) => (value === null ? "" : (WRITERS[name] || encode)(value));
    const parts = Object.keys(start)
      .map((name) => [name, text(name, state[name]), text(name, start[name])])
      .filter(([, now, before]) => now !== before)
      .map(([name, now]) => `${name}=${now}`);
    return parts.length ? `#${parts.join("&")}` : "";
  }

  return Object.freeze({ MOST_WEIGHT, SCALES, preset, initial, read, write });
})();
