// What the Library shows beside items, for the check of types.

import type { Card, Message } from "../kit/types";
import type { Outcome } from "../shell/types";

/** A file and its path below what was dropped or chosen. */
export type Pair = [path: string, file: File];

/** Files of a drop; folders are walked through while they are sent. */
export type Pairs = Iterable<Pair> | AsyncIterable<Pair>;

/** How a file ended. */
export interface Ended {
  key: string;
  path: string;
  name: string;
  outcome: Outcome;
  reason: Message;
  when: string; // ISO 8601
}

/** What a removal has done. */
export interface Taken {
  ids: number[];
  files: number;
  copies: number;
}

/** Something that was removed. */
export interface Removal {
  id: number;
  name: string;
  path: string;
  kind: string;
  stays: boolean; // out of later scans
  files: number;
  bytes: number | null;
  removed: string;
  until: string | null;
  thumb: string;
}

/** A folder that was added. */
export interface Folder {
  key: string;
  path: string;
  collection: string | null;
  watched: boolean;
  there: boolean;
}

/** A picture among its near copies. */
export interface Twin extends Card {
  path: string;
  bytes: number | null; // null where the file is gone
}

export interface Group {
  keeper: Twin;
  reason: Message;
  copies: Twin[];
  more: number;
}

/** A reason why files were left out, and of how many. */
export interface Left {
  row: Message;
  n: number;
}

/** How far an upload is. */
export interface Counts {
  done: number;
  files: number;
  sent: number; // bytes
  total: number;
  failed: number;
  first: Error | null; // the first failure
  stopped: boolean;
  fresh: string[]; // what the library did not have before
}

/** Where a drop zone shows how far its files are. */
export interface Progress {
  zone: HTMLElement;
  state: HTMLElement;
  meter: HTMLElement;
  stop: HTMLElement;
  undo: HTMLElement;
}

/** A part of the Library screen. */
export interface Part {
  node: HTMLElement;
  reload: () => unknown;
}
