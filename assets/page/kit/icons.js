// Line icons on a 24 by 24 grid, drawn for this page.

import { svg } from "./dom.js";

/** @type {Record<string, string[]>} */
const PATHS = {
  picture: ["M4 5h16v14H4z", "M4 16l5-5 4 4 3-3 4 4", "M15.5 9.5h.01"],
  page: ["M6 3h8l4 4v14H6z", "M14 3v4h4", "M9 12h6", "M9 16h6"],
  passage: ["M5 6h14", "M5 10h14", "M5 14h14", "M5 18h8"],
  video: ["M4 6h11v12H4z", "M15 10.5l5-3v9l-5-3"],
  moment: ["M12 7v5l3 2", "M12 3.5a8.5 8.5 0 1 0 .01 0z"],
  search: ["M11 4a7 7 0 1 0 .01 0z", "M16 16l4.5 4.5"],
  close: ["M6 6l12 12", "M18 6L6 18"],
  copy: ["M9 9h11v11H9z", "M5 15H4V4h11v1"],
  open: ["M14 4h6v6", "M20 4l-9 9", "M18 14v6H4V6h6"],
  expand: ["M9 4H4v5", "M15 4h5v5", "M9 20H4v-5", "M15 20h5v-5"],
  plus: ["M12 5v14", "M5 12h14"],
  minus: ["M5 12h14"],
  sun: [
    "M12 8a4 4 0 1 0 .01 0z",
    "M12 2.5v2M12 19.5v2M2.5 12h2M19.5 12h2",
    "M5.3 5.3l1.4 1.4M17.3 17.3l1.4 1.4M18.7 5.3l-1.4 1.4M6.7 17.3l-1.4 1.4",
  ],
  dusk: ["M20 14.5A8.5 8.5 0 1 1 9.5 4a6.8 6.8 0 0 0 10.5 10.5z"],
  system: ["M4 5h16v11H4z", "M9 20h6", "M12 16v4"],
  keyboard: ["M3 6.5h18v11H3z", "M7 10h.01M11 10h.01M15 10h.01M17 13.5h.01M7 13.5h7"],
  folder: ["M3.5 6h6l2 2.5h9V19h-17z"],
  upload: ["M12 16V5", "M7.5 9.5L12 5l4.5 4.5", "M4 16v4h16v-4"],
  sparkle: ["M12 4l1.8 5.2L19 11l-5.2 1.8L12 18l-1.8-5.2L5 11l5.2-1.8z", "M19 17v4M17 19h4"],
  pause: ["M9 6v12", "M15 6v12"],
  play: ["M8 5.5v13l10.5-6.5z"],
  stop: ["M7 7h10v10H7z"],
  retry: ["M19 12a7 7 0 1 1-2-5", "M19 4v4h-4"],
  bin: ["M5 7h14", "M9 7V4h6v3", "M7 7l1 13h8l1-13"],
  left: ["M14.5 6L8.5 12l6 6"],
  right: ["M9.5 6l6 6-6 6"],
  down: ["M6 9.5l6 6 6-6"],
  check: ["M5 12.5l4.5 4.5L19 7.5"],
  alert: ["M12 4l9 16H3z", "M12 10v4.5", "M12 17.5h.01"],
  info: ["M12 3.5a8.5 8.5 0 1 0 .01 0z", "M12 11v5.5", "M12 7.8h.01"],
  sides: ["M4 5h6.5v14H4z", "M13.5 5H20v14h-6.5z"],
  rows: ["M4 6h16v4H4z", "M4 14h16v4H4z"],
  lock: ["M6 11h12v9H6z", "M8.5 11V8a3.5 3.5 0 0 1 7 0v3"],
  sliders: ["M4 7h9M17 7h3M15 4.8v4.4", "M4 17h3M11 17h9M9 14.8v4.4"],
  crop: ["M7 3v14h14", "M3 7h14v14"],
  copies: ["M8 8h12v12H8z", "M5 16V5h11"],
  tag: ["M4 4h8l8 8-8 8-8-8z", "M8.5 8.5h.01"],
  table: ["M4 5h16v14H4z", "M4 10h16M4 14.5h16M10 10v9"],
  tiles: ["M4 4h7v7H4zM13 4h7v7h-7zM4 13h7v7H4zM13 13h7v7h-7z"],
  pin: ["M9 4h6l-1 6 3.5 3.5h-11L10 10z", "M12 13.5V20"],
  eye: ["M3 12s3.5-6 9-6 9 6 9 6-3.5 6-9 6-9-6-9-6z", "M12 9.5a2.5 2.5 0 1 0 .01 0z"],
  more: ["M5 12h.6M11.7 12h.6M18.4 12h.6"],
  link: ["M10 14l4-4", "M8 11l-2 2a3.5 3.5 0 0 0 5 5l2-2", "M16 13l2-2a3.5 3.5 0 0 0-5-5l-2 2"],
  download: ["M12 5v11", "M7.5 11.5L12 16l4.5-4.5", "M4 19.5h16"],
  bookmark: ["M7 4h10v16l-5-4.5L7 20z"],
  pencil: ["M5 19l1-4L16 5l3 3L9 18z", "M14 7l3 3"],
  sort: ["M8 5v14", "M4.5 15.5L8 19l3.5-3.5", "M16 19V5", "M12.5 8.5L16 5l3.5 3.5"],
  depth: ["M4 5h16", "M7 10h10", "M9.5 15h5", "M12 15v5M9.8 18l2.2 2.2 2.2-2.2"],
  lasso: [
    "M12 4c5 0 8 2.6 8 5.5S17 15 12 15s-8-2.6-8-5.5S7 4 12 4z",
    "M8 14.5c-2 1-2 4 0 4s1.5 2 0 2.5",
  ],
  filter: ["M4 6h16", "M7 12h10", "M10 18h4"],
};

/** The icon `name` at `size` pixels, invisible to screen readers.
 *  @param {string} name @param {number} size */
export function icon(name, size = 18) {
  const paths = (PATHS[name] ?? []).map((d) => svg("path", { d }));
  return svg(
    "svg",
    {
      viewBox: "0 0 24 24",
      width: size,
      height: size,
      fill: "none",
      stroke: "currentColor",
      "stroke-width": 1.8,
      "stroke-linecap": "round",
      "stroke-linejoin": "round",
      "aria-hidden": "true",
      class: "icon",
    },
    ...paths,
  );
}
