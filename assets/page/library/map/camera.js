// Which part of the map is in sight: from places between −1 and 1 to pixels, and back.

const MARGIN = 0.06; // of the shorter side, left free around the whole map
const NEAREST = 400; // times the whole

export class Camera {
  constructor() {
    this.width = 1; // CSS pixels
    this.height = 1;
    /** What is in the middle. */
    this.x = 0;
    this.y = 0;
    this.zoom = 1;
  }

  /** See all of it. */
  whole() {
    this.x = 0;
    this.y = 0;
    this.zoom = 1;
  }

  /** Pixels for a unit of the map. */
  get scale() {
    return (Math.min(this.width, this.height) / 2) * (1 - MARGIN) * this.zoom;
  }

  /** @param {number} x @param {number} y @returns {[x: number, y: number]} */
  toPixels(x, y) {
    return [
      this.width / 2 + (x - this.x) * this.scale,
      this.height / 2 + (y - this.y) * this.scale,
    ];
  }

  /** @param {number} x @param {number} y @returns {[x: number, y: number]} */
  toPlace(x, y) {
    return [
      this.x + (x - this.width / 2) / this.scale,
      this.y + (y - this.height / 2) / this.scale,
    ];
  }

  /** @param {number} right @param {number} down pixels that the map moves by */
  pan(right, down) {
    this.x = limited(this.x - right / this.scale);
    this.y = limited(this.y - down / this.scale);
  }

  /** Zoom so that what is at a pixel stays there.
   *  @param {number} by @param {number} x @param {number} y */
  zoomAt(by, x = this.width / 2, y = this.height / 2) {
    const [placeX, placeY] = this.toPlace(x, y);
    this.zoom = Math.max(1, Math.min(NEAREST, this.zoom * by));
    if (this.zoom === 1) {
      this.whole();
      return;
    }
    const [afterX, afterY] = this.toPlace(x, y);
    this.x = limited(this.x + placeX - afterX);
    this.y = limited(this.y + placeY - afterY);
  }

  /** Bring a box into sight, with some room around it.
   *  @param {{ left: number, right: number, top: number, bottom: number }} box */
  show({ left, right, top, bottom }) {
    this.x = (left + right) / 2;
    this.y = (top + bottom) / 2;
    const wanted = Math.max(right - left, bottom - top, 0.02) * 1.3;
    this.zoom = Math.max(1, Math.min(NEAREST, 2 / wanted));
  }
}

/** @param {number} place */
const limited = (place) => Math.max(-1, Math.min(1, place));
