// Points drawn on a plain canvas, for browsers without WebGL 2: the same, but slower.

/** @import { Points } from "./types" */
/** @import { Camera } from "./camera.js" */

/** @param {HTMLCanvasElement} canvas */
export function canvasPainter(canvas) {
  const context = canvas.getContext("2d");
  /** @type {Points | null} */
  let points = null;
  /** @type {Map<string, number[]>} */
  const byColour = new Map();
  return {
    name: "canvas",
    /** @param {Points} given */
    put(given) {
      points = given;
    },
    /** @param {Uint8Array} colours red, green, blue, alpha of each point */
    paint(colours) {
      byColour.clear();
      for (let i = 0; i < colours.length / 4; i += 1) {
        const [red, green, blue, alpha] = colours.subarray(4 * i, 4 * i + 4);
        if (!alpha) continue;
        const colour = `rgb(${red} ${green} ${blue} / ${(alpha / 255).toFixed(2)})`;
        const known = byColour.get(colour);
        if (known) known.push(i);
        else byColour.set(colour, [i]);
      }
    },
    /** @param {Camera} camera @param {number} ratio @param {number} radius */
    draw(camera, ratio, radius) {
      if (!context || !points) return;
      context.setTransform(ratio, 0, 0, ratio, 0, 0);
      context.clearRect(0, 0, camera.width, camera.height);
      for (const [colour, chosen] of byColour) {
        context.fillStyle = colour;
        for (const i of chosen) {
          const [x, y] = camera.toPixels(points.x[i], points.y[i]);
          if (x < -radius || y < -radius || x > camera.width + radius) continue;
          // Squares are drawn ten times as fast as circles, and are as small.
          context.fillRect(x - radius, y - radius, 2 * radius, 2 * radius);
        }
      }
    },
  };
}
