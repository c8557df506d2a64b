// What the Library shows beside items, for the check of types.

import type { Card, Kind, Message } from "../kit/types";
import type { Outcome } from "../shell/types";
import type { Selection } from "./selection.js";

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
  files: number;
  items: number;
  failed: number;
  bytes: number;
}

/** What items are narrowed to and how they are sorted; empty where nothing is chosen. */
export interface Narrowed {
  name: string;
  kind: Kind | "";
  collection: string;
  tag: string;
  folder: string;
  these: string; // ids with commas between them; empty for any
  order: string;
  reverse: boolean;
  grouped: boolean;
}

/** An item of the grid. */
export interface Listed extends Card {
  members: number; // of its file, where items are grouped
  value?: string | number; // what is sorted by
}

export interface Listing {
  items: Listed[];
  next: string | null;
  counts?: Partial<Record<Kind, number>>;
}

export interface Collection {
  name: string;
  items: number;
}

/** What a removal of several items has done. */
export interface TakenItems extends Taken {
  items: number[];
}

/** How many items something was done to, and to how many it made a difference. */
export interface Changed {
  items: number;
  changed: number;
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

/** Where items are chosen to do one thing to all of them: the grid, the map. */
export interface Chooser {
  selection: Selection;
  narrowing: { asked: { grouped: boolean } };
  reload: () => unknown;
  hide: (ids: number[], hidden: boolean) => unknown;
  chooseAll: () => unknown;
  removeChosen: () => unknown;
}

/** A part of the Library screen. */
export interface Part {
  node: HTMLElement;
  reload: () => unknown;
}
