/** An axis of a chart: from values to positions, linear or logarithmic, with round ticks. */
const Axis = (() => {
  // A column of which the largest value is 30 times the smallest is easier to read on a logarithmic axis.
  const SPREAD = 30;
  const PADDING = 0.06;

  function isLog(values, mode) {
    const smallest = Math.min(...values),
      largest = Math.max(...values);
    if (mode === "linear" || smallest <= 0) return false;
    return mode === "log" || largest / smallest >= SPREAD;
  }

  /**
   * Make an axis for the values.
   * @param {number[]} values - at least one
   * @param {{mode: string, from: number, to: number, ticks: number, padding: number}} options - `from` and `to` in pixels
   * @returns {{log: boolean, at: function(number): number, ticks: number[]}}
   */
  function make(values, { mode = "linear", from, to, ticks = 5, padding = PADDING }) {
    const log = isLog(values, mode);
    const scale = log ? Math.log10 : (value) => value;
    let low = scale(Math.min(...values)),
      high = scale(Math.max(...values));
    const margin = padding * (high - low) || (high === low ? Math.abs(high) * 0.1 || 1 : 0);
    low -= margin;
    high += margin;
    const at = (value) => from + ((scale(value) - low) / (high - low)) * (to - from);
    return { log, at, ticks: log ? logTicks(low, high, ticks) : linearTicks(low, high, ticks) };
  }

  function linearTicks(low, high, wanted) {
    const rough = (high - low) / wanted;
    const power = 10 ** Math.floor(Math.log10(rough));
    const step = [1, 2, 5, 10].map((factor) => factor * power).find((size) => size >= rough * 0.999);
    const first = Math.ceil(low / step),
      last = Math.floor(high / step);
    return Array.from({ length: last - first + 1 }, (_, number) => Number(((first + number) * step).toPrecision(12)));
  }

  function logTicks(low, high, wanted) {
    const found = [];
    const factors = high - low > wanted / 2 ? [1] : high - low > 1 ? [1, 3] : [1, 2, 5];
    for (let power = Math.floor(low); power <= high; power += 1) {
      for (const factor of factors) {
        const value = Number((factor * 10 ** power).toPrecision(12));
        if (Math.log10(value) >= low && Math.log10(value) <= high) found.push(value);
      }
    }
    return found.length >= 2 ? found : linearTicks(10 ** low, 10 ** high, wanted).filter((value) => value > 0);
  }

  /** Return the text of a tick: `25M`, `0.5`, without needless zeros. */
  function label(criterion, value) {
    return criterion.unit === "count" ? Format.value(criterion, value) : String(value);
  }

  return Object.freeze({ make, label });
})();
