/** The payload, and the items of one section: each row is a model with its values, published and measured. */
const Data = (() => {
  /**
   * Parse the payload.
   * @param {string} text
   * @returns {Object} the payload, with `criterion`: a map from key to criterion
   */
  function read(text) {
    const data = JSON.parse(text);
    data.criterion = new Map(data.criteria.map((criterion) => [criterion.key, criterion]));
    return Object.freeze(data);
  }

  /**
   * List the items of a section: one for each measured row, one for each model without a row.
   * A model with several rows has several items; the first is `main` and alone takes part in a ranking by published values.
   */
  function items(data, section) {
    const rows = data.models.name.map(() => []);
    if (section) section.rows.model.forEach((model, row) => rows[model].push(row));
    return rows.flatMap((own, model) =>
      own.length === 0
        ? [item(data, section, model, null, 0, false)]
        : own.map((row, number) => item(data, section, model, row, number, own.length > 1)),
    );
  }

  function item(data, section, model, row, number, several) {
    const { slug, name, family, year, highlight } = data.models;
    const rows = section && section.rows;
    return {
      id: number ? `${slug[model]}.${number + 1}` : slug[model],
      model,
      row,
      main: number === 0,
      name: several ? `${name[model]} (${rows.recipe[row]})` : name[model],
      family: family[model],
      year: year[model],
      highlight: highlight[model],
      completed: row !== null && rows.completed[row],
      tie: row === null ? null : rows.tie[row],
      change: row === null ? null : rows.change[row],
      publishedRank: row === null ? null : rows.published_rank[row],
      measuredRank: row === null ? null : rows.measured_rank[row],
      low: row === null ? null : rows.low[row],
      high: row === null ? null : rows.high[row],
    };
  }

  /** Return the values of a criterion, one for each item, null where there is none. */
  function values(data, section, items, key) {
    if (!data.criterion.get(key).measured) return items.map((item) => data.published.values[key][item.model]);
    const column = section ? section.values[key] : undefined;
    return items.map((item) => (column === undefined || item.row === null ? null : column[item.row]));
  }

  /** Return the criteria of which this section has any value. */
  function criteria(data, section) {
    const filled = (column) => column !== undefined && column.some((value) => value !== null);
    return data.criteria.filter(({ key, measured }) =>
      filled(measured ? section && section.values[key] : data.published.values[key]),
    );
  }

  return Object.freeze({ read, items, values, criteria });
})();
