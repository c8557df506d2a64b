// Gradio 6.31 counts the seconds of its first "Loading…" in a loop of frames that it never leaves,
// not even when that is gone: an idle page took an eighth of a core, on a laptop's battery. None of
// its counters are shown here (`show_progress="hidden"`), so their frames are left out. A plain
// script in the head, because gradio keeps the function that it finds at first.

(() => {
  const frame = window.requestAnimationFrame.bind(window);
  const counter = "performance.now()-"; // in the source of gradio's callback, and of none of ours

  window.requestAnimationFrame = (callback) =>
    String(callback).includes(counter) ? 0 : frame(callback);
})();
