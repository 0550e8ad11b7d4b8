/** Elements of HTML and SVG. Foreign text enters the page only as text, never as markup. */
const Dom = (() => {
  const SVG = "http://www.w3.org/2000/svg";

  function complete(node, attributes, children) {
    for (const [name, value] of Object.entries(attributes)) {
      if (name === "on") for (const [event, handler] of Object.entries(value)) node.addEventListener(event, handler);
      else if (value === true) node.setAttribute(name, "");
      else if (value !== false && value !== null && value !== undefined) node.setAttribute(name, value);
    }
    node.append(...children.filter((child) => child !== null));
    return node;
  }

  /**
   * Make an HTML element.
   * @param {string} tag
   * @param {Object} [attributes] - `true` sets an empty attribute, null or false sets none; `on` holds event handlers
   * @param {...(Node|string|null)} children
   */
  const html = (tag, attributes = {}, ...children) => complete(document.createElement(tag), attributes, children);

  /** Make an SVG element, as `html` does. */
  const svg = (tag, attributes = {}, ...children) => complete(document.createElementNS(SVG, tag), attributes, children);

  /** Set the text of a node if it differs: most cells keep their text while a slider moves. */
  function setText(node, text) {
    if (node.textContent !== text) node.textContent = text;
  }

  /** Text for screen readers alone. */
  const hidden = (text) => html("span", { class: "hidden" }, text);

  /** Make a row with a heading and the fields of the two ends of a range. */
  const range = (heading, [low, high], unit = null) =>
    html(
      "div",
      { class: "limit" },
      html("span", {}, heading),
      low,
      html("span", { "aria-hidden": "true" }, "to"),
      high,
      unit && html("span", { "aria-hidden": "true" }, unit),
    );

  return Object.freeze({ html, svg, setText, hidden, range });
})();
