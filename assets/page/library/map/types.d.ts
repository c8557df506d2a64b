// What the parts of the map hand to each other, for the check of types.

import type { Card, Message } from "../../kit/types";

/** How far the map of a collection is. */
export interface MapState {
  stage: "empty" | "none" | "waiting" | "running" | "done" | "stopped" | "failed";
  done: number; // of the work, 0 to 1
  left: number | null; // seconds
  message: Message | null;
  version: string; // another one whenever there is something else to see
  total: number; // items of the collection
  points: number; // of them, on the map
  newer: number; // came in after it was laid out
  collections: string[];
  clusters: { words: string[]; items: Card[] }[];
}

/** Columns of N points, see `packed_points` of the program. */
export interface Points {
  count: number;
  ids: Uint32Array;
  x: Float32Array<ArrayBuffer>; // −1 to 1
  y: Float32Array<ArrayBuffer>;
  days: Int32Array; // since 1970
  kinds: Uint8Array;
  clusters: Uint8Array; // 255 for none
  collections: Uint8Array; // 255 for none
}

/** Points of one colour. */
export interface Group {
  number: number;
  label: string;
  size: number; // items
}
