// What makes the pages about articles quicker to use. Every one of them works without it.
"use strict";

const WAIT_WHILE_TYPING_MS = 200;
const LOOK_AGAIN_MS = 1000;

// A part of a page from our own server. It is made from a template that escapes; a script that
// were in it would still not run, since the parsed document is never shown.
async function partOf(address, signal) {
  const response = await fetch(address, { signal, credentials: "same-origin" });
  if (!response.ok || response.redirected) throw new Error(`status ${response.status}`);
  const html = new DOMParser().parseFromString(await response.text(), "text/html");
  return [...html.body.childNodes];
}

function showCited() {
  const cited = document.getElementById("cited");
  if (!cited) return;
  if (location.hash !== "#cited") cited.scrollIntoView({ block: "center", behavior: "instant" });
  cited.focus({ preventScroll: true });
}

function searchWhileTyping() {
  const form = document.getElementById("search");
  const results = document.getElementById("results");
  if (!form || !results) return;
  let timer, request;

  async function search() {
    request?.abort();
    request = new AbortController();
    const own = request;
    const wish = new URLSearchParams();
    for (const [name, value] of new FormData(form)) if (value) wish.append(name, value);
    const address = wish.size ? `${form.action}?${wish}` : form.action;
    results.setAttribute("aria-busy", "true");
    try {
      wish.append("fragment", "1");
      results.replaceChildren(...(await partOf(`${form.action}?${wish}`, own.signal)));
      history.replaceState(null, "", address);
    } catch (error) {
      if (error.name !== "AbortError") location.assign(address); // the page says what is wrong
    } finally {
      if (own === request) results.removeAttribute("aria-busy");
    }
  }

  form.addEventListener("input", (event) => {
    clearTimeout(timer);
    if (event.isComposing) return; // Chinese and Japanese are typed in pieces
    timer = setTimeout(search, WAIT_WHILE_TYPING_MS);
  });
  form.addEventListener("compositionend", () => {
    clearTimeout(timer);
    timer = setTimeout(search, WAIT_WHILE_TYPING_MS);
  });
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    clearTimeout(timer);
    search();
  });
}

async function watchJob() {
  const progress = document.getElementById("progress");
  while (progress?.querySelector('[data-state="working"]')) {
    await new Promise((resolve) => setTimeout(resolve, LOOK_AGAIN_MS));
    try {
      progress.replaceChildren(...(await partOf(progress.dataset.watch)));
    } catch {
      // The server may be busy or starting again: look once more.
    }
  }
}

showCited();
searchWhileTyping();
watchJob();
