const Main = (() => {
  const data = JSON.parse(document.getElementById("data").textContent);
  const list = document.createElement("ol");
  for (const name of data.models.name) {
    list.append(Object.assign(document.createElement("li"), { textContent: name }));
  }
  document.getElementById("main").append(list);
  return Object.freeze({ data });
})();
