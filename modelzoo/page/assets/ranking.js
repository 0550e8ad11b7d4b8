const Ranking = (() => {
  return Object.freeze({});
})();
