// One item in detail, for the check of types.

import type { Answer, Hit, SentQuestion } from "../search/types";
import type { Card, Kind, Large, Message, Place } from "../kit/types";

/** A neighbour in the same file. */
export interface Sibling {
  id: number;
  kind: Kind;
  thumb: string;
  place: Place;
}

/** x and y of the four corners, 0 to 1 of the picture, from the upper left one on. */
export type Corners = number[];

/** What was read from a picture. */
export interface PictureText {
  outcome: "read" | "none" | "refused" | "failed";
  reason: Message;
  lines: { text: string; corners: Corners }[];
}

export interface Item extends Card {
  path: string;
  copies: string[]; // paths of the same content
  file: { size: number; changed: string; type: string } | null; // null where it is gone
  text: string;
  read: PictureText | null; // null where that is still to come, or never will
  taken: string | null;
  tags: string[];
  collections: string[];
  in_folder: boolean; // whether its folder can be shown on the desktop
  lines: [number: number | null, text: string, inside: boolean][];
  siblings: Sibling[];
}

/** An item with the words to be marked in it. */
export interface Shown extends Item {
  words: string[];
}

/** A hit that is to be looked at closer: of a run, or of a question that no history keeps. */
export type Inspected =
  { item: number; run: number } | { item: number; question: SentQuestion & { rerank: boolean } };

export interface SeenPicture {
  picture: string; // key of /m/seen
  given: number[]; // width and height in pixels
  shown: number[];
  tokens: number;
}

export interface SeenClip {
  frames: string[]; // keys
  seconds: number[];
  stamps: number[];
  given: number[];
  shown: number[];
  tokens: number;
}

/** One prompt; all but the first two are there where it was not refused. */
export interface SeenPrompt {
  of: "item" | "query" | "unlike" | "both";
  refused: Message | null;
  text: string;
  tokens: number;
  limit: number;
  cut: string;
  cut_tokens: number;
  shared: number;
  instruction: string;
  fingerprint: string;
  pictures: SeenPicture[];
  clips: SeenClip[];
}

export interface SeenStage {
  model: string;
  prompts: SeenPrompt[];
}

/** What both models saw; null for a stage that took no part. */
export interface Seen {
  recall: SeenStage | null;
  rerank: SeenStage | null;
  remark: Message | null; // other models than the present ones answered the search
}

/** What evidence takes. */
export interface Cost {
  passes: number;
  seconds: number | null;
  kept: boolean;
  remark: Message | null; // as of Seen
}

export type Reading = "relevance" | "similarity";

/** What both stages say; null where one was not asked. */
export interface Levels {
  similarity: number | null;
  relevance: number | null;
  logit: number | null;
}

/** What is lost without a part: a cell by its four sides, or a span by its first and its end. */
export interface Fall extends Levels {
  at: number[];
  level: number; // 0 for coarse parts, 1 for parts of these, and so on
}

export interface Evidence {
  stage: "running" | "done" | "stopped";
  whole: Levels;
  falls: Fall[];
  passes: number;
  most: number;
  seconds: number;
  kept: boolean;
  sentences: string[];
  frames: number[]; // seconds
  pictures: string[]; // of the frames, keys of /m/seen
}

export type EvidenceLine = Evidence | { stage: "failed"; message: Message };

/** What stands in the panel for an item. */
export interface View {
  node: HTMLElement;
  shown?: () => void; // once it is on the page
  release?: () => void; // before it leaves
  large?: Omit<Large, "title">; // what fills the window, where that is not the node itself
}

/** What the tabs speak of. */
export interface Subject {
  item: Shown;
  hit: Hit | null; // null where it is not among the results
  answer: Answer | null; // null where nothing was searched for
}

/** One tab of the panel. */
export interface Tab {
  node: HTMLElement;
  draw: (subject: Subject) => void; // only while it is shown; cheap where nothing has changed
  release?: () => void; // the panel closes
  large?: () => Large | null;
  takeBack?: () => void; // what filled the window
}
