document.addEventListener("DOMContentLoaded", () => {
  const form = document.getElementById("filters");
  if (!form) return;
  const items = [...document.querySelectorAll("#items .item")];
  const words = new Map(items.map((item) => [item, item.textContent.toLowerCase()]));
  const count = document.getElementById("count");
  const names = ["suite", "system", "kind", "outcome", "split"];
  const apply = () => {
    const text = form.elements.text.value.trim().toLowerCase();
    let shown = 0;
    for (const item of items) {
      const fits = names.every((name) => {
        const field = form.elements[name];
        return !field || !field.value || item.dataset[name] === field.value;
      }) && (!text || words.get(item).includes(text));
      item.hidden = !fits;
      shown += fits;
    }
    count.textContent = `${shown} of ${items.length} shown`;
  };
  form.addEventListener("input", apply);
  form.addEventListener("submit", (event) => event.preventDefault());
  form.addEventListener("reset", () => setTimeout(apply));
  apply();
});
// On paper every shown item is open: there is nothing to click on.
addEventListener("beforeprint", () => {
  for (const item of document.querySelectorAll("details.item")) item.open = true;
});
