document.addEventListener("DOMContentLoaded", () => {
  const data = JSON.parse(document.getElementById("data").textContent);
  const key = `review-${data.set}`;
  const cards = [...document.querySelectorAll(".card")];
  const download = document.getElementById("download");
  let decided = {};
  try { decided = JSON.parse(kept.get(key) || "{}") || {}; } catch { /* begin anew */ }
  let at = Math.max(0, cards.findIndex((card) => !decided[card.dataset.id]));
  let address = "";

  const show = () => {
    for (const card of cards) {
      const state = decided[card.dataset.id] || "";
      card.dataset.state = state;
      card.querySelector(".state").textContent = state || "open";
      card.classList.toggle("now", card === cards[at]);
    }
    const accepted = cards.map((card) => card.dataset.id).filter((id) => decided[id] === "accepted");
    const done = cards.filter((card) => decided[card.dataset.id]).length;
    document.getElementById("count").textContent =
      `${accepted.length} accepted, ${done - accepted.length} rejected, ${cards.length - done} open`;
    const text = accepted.map((id) => `${data.lines[id]}\n`).join("");
    if (address) URL.revokeObjectURL(address);
    address = URL.createObjectURL(new Blob([text], { type: "application/x-ndjson" }));
    download.href = address;
  };
  const go = (to) => {
    at = Math.min(Math.max(to, 0), cards.length - 1);
    show();
    cards[at].focus({ preventScroll: true });
    cards[at].scrollIntoView({ block: "start" });
  };
  const decide = (n, state) => {
    if (state) decided[cards[n].dataset.id] = state;
    else delete decided[cards[n].dataset.id];
    kept.set(key, JSON.stringify(decided));
    if (state) go(n + 1);
    else go(n);
  };
  cards.forEach((card, n) => {
    card.addEventListener("click", (event) => {
      const button = event.target.closest("button[data-do]");
      if (button) decide(n, button.dataset.do);
    });
  });
  addEventListener("keydown", (event) => {
    if (!cards.length || event.ctrlKey || event.metaKey || event.altKey) return;
    const keys = {
      a: () => decide(at, "accepted"), r: () => decide(at, "rejected"), u: () => decide(at, ""),
      j: () => go(at + 1), k: () => go(at - 1),
    };
    if (keys[event.key]) { event.preventDefault(); keys[event.key](); }
  });
  show();
});
