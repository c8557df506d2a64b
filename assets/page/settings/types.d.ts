// What Settings shows, for the check of types.

import type { Message } from "../kit/types";
import type { Model } from "../shell/types";

/** A way of keeping vectors; no dimension means all. */
export interface Setting {
  dimension: number | null;
  format: string;
  exact: boolean;
}

/** What one way was measured to cost and to find. */
export interface Option {
  setting: Setting;
  dimension: number;
  recall: number; // share of 1
  ms: number;
  measured: number; // items
  memory: number; // bytes
  disk: number;
  current: boolean;
}

/** Vectors that nothing searches any more. */
export interface OldSpace {
  space: string;
  model: string;
  vectors: number;
  bytes: number;
}

export interface Stored {
  trash: { files: number; bytes: number };
  line: Message;
  setting: Setting;
  served: boolean; // on a server, which keeps them in its own way
  old: OldSpace[];
}

export interface About {
  models: Model[];
  library: string;
  writable: boolean;
  spaces: { model: string; dimension: number; items: number }[];
  versions: Record<string, string>;
}

/** A call of a program or an assistant, without what it asked for. */
export interface Call {
  endpoint: string;
  at: string; // ISO 8601
  milliseconds: number;
  failed: boolean;
}

export interface Connections {
  api: boolean;
  mcp: boolean;
  password: boolean;
  calls: Call[];
}

export type Role = "embedder" | "reranker";

export type Source = "hugging-face" | "modelscope";

/** What to have in a role; see `/api/models/use`. */
export interface Choice {
  wanted: string;
  adapter: string;
}

/** A model that can be used, or got. Sizes are bytes. */
export interface KnownModel {
  name: string;
  repository: string; // empty for the bundled ones
  wanted: string; // what it is asked for by
  role: Role | null;
  place: "bundled" | "models" | "hugging-face" | "modelscope" | "nowhere";
  folder: string | null;
  size: number;
  got: number;
  licence: string;
  memory: number;
  fits_memory: boolean | null;
  fits_now: boolean | null; // in the memory that is free
  fits_disk: boolean | null;
  trouble: Message | null;
  seconds: number | null; // for one item
  embedded: number; // items
  removable: boolean;
}

/** A model that is being got, was got, or is half got. */
export interface Job {
  repository: string;
  source: Source;
  stage: "waiting" | "getting" | "paused" | "done" | "failed" | "cancelled";
  done: number; // bytes
  total: number;
  speed: number; // bytes a second
  left: number | null; // seconds
  note: Message | null;
  message: Message | null;
}

export interface Known {
  models: KnownModel[];
  items: number;
  free: number; // bytes
  memory: number;
  memory_free: number;
  again: number | null; // seconds for one item of the embedder in use
  getting: Job[];
}

/** One line of a model's passport. */
export interface Check {
  what: Message;
  holds: boolean;
  found: string;
  reference: string;
}
