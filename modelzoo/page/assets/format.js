/** Numbers as the library prints them. */
const Format = (() => {
  const MISSING = "–";
  const COUNTS = [
    [1e9, "B"],
    [1e6, "M"],
    [1e3, "K"],
  ];
  const UNITS_LEFT_OUT = new Set(["", "count", "year", "layers", "multiply-adds"]);

  function count(number) {
    for (const [factor, suffix] of COUNTS) {
      // 999,960 would print as 1000.0K
      if (Math.abs(number) >= factor * 0.99995) return (number / factor).toFixed(1).replace(/\.0$/, "") + suffix;
    }
    return number.toFixed(0);
  }

  /** Return a value of the criterion as text, without its unit: `25.6M`, `94.9`, or a dash for none. */
  function value(criterion, number) {
    if (number === null || number === undefined || Number.isNaN(number)) return MISSING;
    if (criterion.unit === "count") return count(number);
    if (!criterion.unit) return String(Number(number.toPrecision(6)));
    const text = number.toFixed(criterion.decimals);
    return criterion.trim && text.includes(".") ? text.replace(/\.?0+$/, "") : text;
  }

  /** Return a value with its unit: `0.15 ms`, `25.6M`. */
  function withUnit(criterion, number) {
    const text = value(criterion, number);
    return text === MISSING || UNITS_LEFT_OUT.has(criterion.unit) ? text : `${text} ${criterion.unit}`;
  }

  /** Return a share of 0 to 1 in percent; a small positive one is never printed as 0. */
  function share(number) {
    if (number > 0 && number < 0.005) return "< 1 %";
    if (number < 1 && number > 0.995) return "> 99 %";
    return `${Math.round(100 * number)} %`;
  }

  const integer = (number) => Math.round(number).toLocaleString("en-US");

  /** Return a weight without needless zeros: `1`, `0.5`, `1.25`. */
  const weight = (number) => String(Number(number.toFixed(2)));

  /** Return names as a list in a sentence: `A, B and C`. */
  const list = (names) => (names.length < 2 ? names.join("") : `${names.slice(0, -1).join(", ")} and ${names.at(-1)}`);

  return Object.freeze({ MISSING, value, withUnit, share, integer, weight, list });
})();
