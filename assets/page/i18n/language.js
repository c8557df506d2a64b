// The language of the page: the browser's, or the one that was chosen here. A plain script in the
// head, so that it has spoken before gradio and our own words ask the browser for its languages.

(() => {
  let chosen = null;
  try {
    chosen = JSON.parse(localStorage.getItem("qwen3vl.language") ?? "null");
  } catch {
    // Private windows may refuse: the browser's language it is.
  }
  if (typeof chosen !== "string") return;
  Object.defineProperty(navigator, "language", { configurable: true, get: () => chosen });
  Object.defineProperty(navigator, "languages", { configurable: true, get: () => [chosen] });
})();
