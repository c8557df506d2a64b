"""Frames a second of the map while it is zoomed and moved: ``python -m tests.browser.map_frames``.

The drawing alone, with made-up points, in the Chromium of the tests. Without a GPU its WebGL is
drawn by the processor (SwiftShader), which is many times slower.
"""

from __future__ import annotations

import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from playwright.sync_api import sync_playwright

from tests.browser.conftest import FLAGS, chromium
from tests.browser.program import started

SCRIPT = """async ([version, count]) => {
  const { Plot } = await import(`/page/${version}/library/map/plot.js`);
  const plot = new Plot({ open: () => {}, choose: () => {} });
  const box = document.createElement("div");
  box.className = "own";
  box.style.cssText = "position:fixed;inset:0;z-index:9999;width:1000px;height:720px";
  box.append(plot.node);
  document.body.append(box);
  const x = Float32Array.from({ length: count }, (_, i) => Math.sin(i * 12.9) * Math.cos(i));
  const y = Float32Array.from({ length: count }, (_, i) => Math.cos(i * 78.2) * Math.sin(i));
  const ids = Uint32Array.from(x, (_, i) => i + 1);
  const bytes = new Uint8Array(count);
  const points = { count, ids, x, y, days: new Int32Array(count), kinds: bytes,
    clusters: bytes, collections: bytes };
  plot.put({ points });
  plot.paint(new Uint8Array(4 * count).fill(180), () => true);
  const frame = () => new Promise(requestAnimationFrame);
  for (let i = 0; i < 10; i += 1) await frame();
  const begun = performance.now();
  const first = plot.frames;
  let spent = 0;
  while (performance.now() - begun < 3000) {
    plot.camera.zoomAt(plot.camera.zoom > 8 ? 1 / 8 : 1.02, 400, 300);
    plot.camera.pan(2, 1);
    const now = performance.now();
    plot.draw();
    spent += performance.now() - now;
    await frame();
  }
  const drawn = plot.frames - first;
  const seconds = (performance.now() - begun) / 1000;
  box.remove();
  return [plot.node.dataset.painter, drawn / seconds, spent / drawn];
}"""


def main(sizes: list[int]) -> None:
    """Measure and print."""
    with (
        TemporaryDirectory() as folder,
        started(Path(folder)) as program,
        sync_playwright() as playwright,
    ):
        flags = [flag for flag in FLAGS if flag != "--disable-gpu"]
        more = ["--enable-unsafe-swiftshader"]
        browser = playwright.chromium.launch(executable_path=chromium(), args=[*flags, *more])
        page = browser.new_page(viewport={"width": 1440, "height": 900})
        page.goto(program.url)
        page.wait_for_selector("#query textarea", state="attached")
        style = page.locator("link[rel=stylesheet][href*='/page/']").first
        version = (style.get_attribute("href") or "").split("/")[2]
        for count in sizes:
            painter, frames, each = page.evaluate(SCRIPT, [version, count])
            line = f"{count:>8,} points, {painter}: {frames:.1f} frames/s, {each:.2f} ms a draw"
            sys.stdout.write(f"{line}\n")
        browser.close()


if __name__ == "__main__":
    main([int(one) for one in sys.argv[1:]] or [20_000, 200_000])
