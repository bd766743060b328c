"use strict";
// What the reader chose stays with this browser; where storage is refused, the choice is not kept.
const kept = {
  get(key) { try { return localStorage.getItem(key); } catch { return null; } },
  set(key, value) { try { localStorage.setItem(key, value); } catch { /* a private window */ } },
};
const themes = ["light", "dark"];
const wanted = kept.get("theme");
if (themes.includes(wanted)) document.documentElement.dataset.theme = wanted;
document.addEventListener("DOMContentLoaded", () => {
  const toggle = document.getElementById("theme");
  const dark = () => {
    const chosen = document.documentElement.dataset.theme;
    return chosen ? chosen === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
  };
  const label = () => { toggle.textContent = dark() ? "Light page" : "Dark page"; };
  toggle.addEventListener("click", () => {
    const theme = dark() ? "light" : "dark";
    document.documentElement.dataset.theme = theme;
    kept.set("theme", theme);
    label();
  });
  label();
});
