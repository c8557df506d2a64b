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
  old: OldSpace[];
}

export interface About {
  models: Model[];
  library: string;
  writable: boolean;
  spaces: { model: string; dimension: number; items: number }[];
  versions: Record<string, string>;
}
