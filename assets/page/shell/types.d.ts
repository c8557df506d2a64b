// What the program tells of itself, for the check of types.

import type { Kind, Message } from "../kit/types";

export type Outcome =
  | "indexed"
  | "unchanged"
  | "duplicate"
  | "skipped"
  | "failed"
  | "queued" // on the page only: it is tried again
  | "reading";

export type IndexState = "idle" | "scanning" | "waiting" | "indexing" | "paused" | "failed";

/** How far the indexer is. */
export interface Index {
  state: IndexState;
  files: number;
  done: number;
  outcomes: Partial<Record<Outcome, number>>;
  items: number;
  items_total: number | null;
  rate: number | null; // items a second
  left: number | null; // seconds
  current: string; // name of a file
  message: Message;
  words: WordsRead;
}

/** How far words in pictures have been read. */
export interface WordsRead {
  state: "off" | "absent" | "idle" | "waiting" | "reading" | "paused" | "failed";
  done: number;
  total: number;
  left: number | null; // seconds
  message: Message;
}

export interface Model {
  role: "embedder" | "reranker";
  name: string;
  state: string;
  detail: Message;
  bundled: boolean;
  /** Bytes of its weights; 0 while it is not in memory. */
  memory?: number;
}

/** A stage of a search, as Settings shows and changes it. */
export interface Stage extends Model {
  wanted: string;
  adapter: string;
  fingerprint: string;
  former?: { wanted: string; adapter: string } | null;
  /** Items embedded with it, of all; of an embedder. */
  embedded?: number;
  items?: number;
}

export interface Stages {
  stages: Stage[];
  coming: Stage[];
}

/** Names with how often they are given: collections, tags. */
export type Named = [name: string, items: number][];

export interface Status {
  index: Index;
  models: Model[];
  /** What is to take over, and the last one that could not. */
  coming?: Model[];
  writable: boolean;
  read_only: boolean;
  history: boolean;
  served: boolean; // whether a server searches the vectors
  remarks?: Message[];
  files: Partial<Record<Outcome, number>>;
  items: Partial<Record<Kind, number>>;
  collections: Named;
  tags: Named;
  lost?: undefined;
}

/** A status, or that the program answers no more. */
export type StatusOrLost = Status | { lost: true };

export type Theme = "system" | "light" | "dark";
