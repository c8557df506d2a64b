// What pointer, fingers, wheel and keys do on the map: pan, zoom, pick, draw a lasso.

/** @import { Camera } from "./camera.js" */

const STEP = 60; // pixels of an arrow key
const ZOOM = 1.4; // of a key
const WHEEL = 0.0016; // of a wheel's pixel, as a power of e
const STILL = 4; // pixels within which a press is a click

/** What gestures are told to.
 *  @typedef {{ camera: Camera, moved: () => void, hover: (x: number, y: number) => void,
 *              leave: () => void, click: (x: number, y: number) => void,
 *              lasso: (line: [x: number, y: number][], done: boolean) => void,
 *              isLasso: () => boolean }} Told */

/** @param {HTMLElement} node @param {Told} told */
export function listenToGestures(node, told) {
  /** Where each finger is.
   *  @type {Map<number, [x: number, y: number]>} */
  const fingers = new Map();
  /** @type {[x: number, y: number][] | null} */
  let line = null;
  let travelled = 0;

  /** @param {MouseEvent} event @returns {[x: number, y: number]} */
  const placeOf = ({ clientX, clientY }) => {
    const box = node.getBoundingClientRect();
    return [clientX - box.left - node.clientLeft, clientY - box.top - node.clientTop];
  };

  node.addEventListener("pointerdown", (event) => {
    if (event.button) return;
    node.setPointerCapture(event.pointerId);
    fingers.set(event.pointerId, placeOf(event));
    travelled = 0;
    line = fingers.size === 1 && (told.isLasso() || event.shiftKey) ? [placeOf(event)] : null;
    told.leave();
  });
  node.addEventListener("pointermove", (event) => {
    const [x, y] = placeOf(event);
    const before = fingers.get(event.pointerId);
    if (!before) {
      told.hover(x, y);
      return;
    }
    travelled += Math.hypot(x - before[0], y - before[1]);
    const apart = spread(fingers);
    fingers.set(event.pointerId, [x, y]);
    if (line) {
      line.push([x, y]);
      told.lasso(line, false);
      return;
    }
    told.camera.pan((x - before[0]) / fingers.size, (y - before[1]) / fingers.size);
    const now = spread(fingers);
    if (apart && now) told.camera.zoomAt(now / apart, ...middle(fingers));
    told.moved();
  });
  /** @param {PointerEvent} event */
  const lifted = (event) => {
    if (!fingers.delete(event.pointerId)) return;
    const drawn = line;
    line = null;
    if (drawn && travelled > STILL) told.lasso(drawn, event.type === "pointerup");
    else if (event.type === "pointerup" && travelled <= STILL) told.click(...placeOf(event));
  };
  node.addEventListener("pointerup", lifted);
  node.addEventListener("pointercancel", lifted);
  node.addEventListener("pointerleave", () => told.leave());
  node.addEventListener(
    "wheel",
    (event) => {
      event.preventDefault();
      const pixels = event.deltaMode ? event.deltaY * 30 : event.deltaY;
      told.camera.zoomAt(Math.exp(-pixels * WHEEL), ...placeOf(event));
      told.moved();
    },
    { passive: false },
  );
  node.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || !pressed(told.camera, event.key)) return;
    event.preventDefault();
    event.stopPropagation();
    told.moved();
  });
}

/** Whether the key means something to the map.
 *  @param {Camera} camera @param {string} key */
export function pressed(camera, key) {
  /** @type {Record<string, () => void>} */
  const ways = {
    ArrowLeft: () => camera.pan(STEP, 0),
    ArrowRight: () => camera.pan(-STEP, 0),
    ArrowUp: () => camera.pan(0, STEP),
    ArrowDown: () => camera.pan(0, -STEP),
    "+": () => camera.zoomAt(ZOOM),
    "=": () => camera.zoomAt(ZOOM),
    "-": () => camera.zoomAt(1 / ZOOM),
    0: () => camera.whole(),
  };
  ways[key]?.();
  return key in ways;
}

/** How far two fingers are apart; 0 where there are not two.
 *  @param {Map<number, [x: number, y: number]>} fingers */
function spread(fingers) {
  if (fingers.size !== 2) return 0;
  const [one, other] = [...fingers.values()];
  return Math.hypot(one[0] - other[0], one[1] - other[1]);
}

/** @param {Map<number, [x: number, y: number]>} fingers @returns {[x: number, y: number]} */
function middle(fingers) {
  const [one, other] = [...fingers.values()];
  return [(one[0] + other[0]) / 2, (one[1] + other[1]) / 2];
}
