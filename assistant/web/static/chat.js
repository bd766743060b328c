// The pane in which articles open beside the chat. A link to an article opens in it; Escape or its
// button closes it and gives the focus back.
(() => {
  "use strict";

  const pane = document.createElement("aside");
  pane.id = "reader-pane";
  pane.hidden = true;
  pane.setAttribute("aria-label", "Article");

  const bar = document.createElement("div");
  bar.className = "reader-bar";
  const close = document.createElement("button");
  close.type = "button";
  close.id = "reader-close";
  close.textContent = "Close the article";
  bar.append(close);

  const frame = document.createElement("iframe");
  frame.name = "reader";
  frame.title = "Article, at the cited words";
  pane.append(bar, frame);

  let opener = null;

  function open(link) {
    opener = link;
    pane.hidden = false;
    document.documentElement.classList.add("reading");
    document.querySelectorAll("a.shown").forEach((each) => each.classList.remove("shown"));
    link.classList.add("shown");
    frame.contentWindow.location.replace(link.href);
  }

  function shut() {
    pane.hidden = true;
    document.documentElement.classList.remove("reading");
    document.querySelectorAll("a.shown").forEach((each) => each.classList.remove("shown"));
    // The chat may have drawn its messages anew meanwhile.
    const link = opener?.isConnected
      ? opener
      : [...document.querySelectorAll("a[href]")].find((a) => a.href === opener?.href);
    link?.focus();
  }

  function escape(event) {
    if (event.key === "Escape" && !pane.hidden) shut();
  }

  document.addEventListener(
    "click",
    (event) => {
      const copies = event.target.closest?.('button[aria-label="Copy message"]');
      if (copies && copy(copies)) {
        event.stopPropagation();
        return;
      }
      const link = event.target.closest?.("a[href]");
      const plain = !(event.ctrlKey || event.metaKey || event.shiftKey || event.altKey);
      if (!link || !plain || event.button !== 0) return;
      const inPane = link.href.startsWith(new URL("articles/view?", location.href).href);
      if (!inPane && !link.closest(".top")) return;
      // Gradio gives every link target="_blank".
      event.preventDefault();
      event.stopPropagation();
      if (inPane) open(link);
      else location.assign(link.href);
    },
    true,
  );
  document.addEventListener("keydown", escape);
  close.addEventListener("click", shut);
  frame.addEventListener("load", () => {
    if (pane.hidden) return;
    frame.contentDocument?.addEventListener("keydown", escape);
    frame.focus();
    frame.contentDocument?.getElementById("cited")?.focus({ preventScroll: true });
  });

  // What Gradio tells screen readers amiss: it calls the suggestions a list, though they are buttons
  // and no list items, and names each message by its HTML, tags and all.
  new MutationObserver(() => {
    document.querySelectorAll('.examples[role="list"]').forEach((e) => e.removeAttribute("role"));
    document
      .querySelectorAll('[data-testid="user"][aria-label], [data-testid="bot"][aria-label]')
      .forEach((e) => e.removeAttribute("aria-label"));
  }).observe(document.body, {
    childList: true,
    subtree: true,
    attributes: true,
    attributeFilter: ["aria-label"],
  });

  // Its button would copy the HTML as well. Browsers offer the clipboard on this machine and
  // behind TLS; elsewhere Gradio does what it can.
  function copy(button) {
    const said = button.closest(".message-row")?.querySelector(".message-content")?.innerText;
    if (!said || !navigator.clipboard) return false;
    navigator.clipboard.writeText(said.trim());
    button.title = "Copied";
    setTimeout(() => (button.title = "Copy message"), 2000);
    return true;
  }

  document.documentElement.lang = "en";
  document.body.append(pane);
})();
