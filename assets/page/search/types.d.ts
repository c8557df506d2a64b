// Questions and what answers them, for the check of types. Names are those of `types/question.py`
// and `ui/serialize_hits.py`.

import type { Card, Kind, Message, Place, Region } from "../kit/types";
import type { Margin } from "./inspection/types";

/** One query of several. */
export interface Query {
  text: string;
  files: string[]; // keys
}

/** Everything a search is asked with beside text and files. */
export interface Choices {
  kinds: Kind[];
  collection: string;
  folder: string;
  taken_from: string; // days
  taken_to: string;
  modified_from: string;
  modified_to: string;
  min_bytes: number | null;
  max_bytes: number | null;
  orientation: string;
  min_seconds: number | null;
  max_seconds: number | null;
  tag: string;
  words: "off" | "on" | "only";
  like: number[]; // ids of items
  not_like: number[];
  unlike: string;
  unlike_weight: number;
  top: number;
  depth: number;
  rerank: boolean;
  picture_words: boolean; // for the reranker, beside the picture
  collapse: boolean;
  quota: Partial<Record<Kind, number>>; // most hits of a kind in the final list
  instruction: string;
  crops: Record<string, Region>; // by keys of files
  also: Query[];
}

export type Changes = Partial<Choices>;

/** Puts changes into the question. */
export type SetChoices = (changes: Changes) => void;

export interface Question extends Query {
  choices: Choices;
}

/** A question as the server repeats it, flat: only what differs from the defaults. */
export type SentQuestion = Query & Changes;

/** The question of a search, with the items that it names, and the words worth marking. */
export interface Asked extends Query {
  choices: Changes;
  items: Card[];
  words: string[];
}

/** What is to be asked; what is left out stays as it is. See `Asking.ask`. */
export interface Wish {
  text?: string | null;
  files?: string[] | null;
  change?: (choices: Choices) => Changes;
  cards?: Card[];
}

export type Stage = "begun" | "listing" | "recall" | "rerank" | "done" | "stopped" | "error";

export type Side = "recall" | "rerank";

export interface Hit extends Card {
  r0: number; // rank by recall
  sim: number | null;
  r1: number | null; // rank by the reranker
  rel: number | null;
  logit: number | null;
  moved: Moved | null;
  matters: boolean; // relevant, or standing out: its moves are worth a colour
  unscored: Message | null;
  percentile: number | null;
  stands: boolean | null;
  words: number | null; // rank by exact words
  in: "picture" | "name" | "folder" | "section" | null; // where its words are
  by: (number | null)[]; // its rank by each of several queries
  over: boolean; // better ones of its kind fill the quota
  copies: Card[];
}

export type Moved = "rescued" | "promoted" | "kept" | "demoted" | "dropped";

/** A line of a column: a hit, or a near copy that was unfolded below it. */
export type Line = (Hit & { copyOf?: undefined }) | (Card & { copyOf: number });

/** How a hit stands among its neighbours in a column. */
export interface Standing {
  score: string; // with as many digits as tell it from them
  tie: "start" | "inside" | "end" | null;
  folded: number; // further hits of its file, folded behind it
  margin: Margin | null; // of its relevance, once it was judged again
}

/** What a search did not show. */
export interface LeftOut {
  shown: number;
  above: number;
  hidden: number;
  level: number | null;
  more: boolean;
}

/** What a search has found so far. */
export interface Found {
  words: string[];
  hits: Hit[];
  top: number;
  rerank: boolean;
  done: number; // hits that the reranker has judged
  kept: number; // of these, from a search before
  ms: { embed: number; recall: number; rerank: number };
  model: string;
  reranker: string; // empty where nothing was reranked
  left: LeftOut | null;
  exhausted: boolean; // the library has no further hits
  doubt: "recall" | "rerank" | "uniform" | null;
  notes: Message[];
}

/** The value of the board as the server sends it: begun and failed searches have found nothing. */
export interface Sent extends Partial<Found> {
  seq: number;
  stage: Stage;
  question: SentQuestion;
  items: Card[];
  typing?: boolean; // asked while the person types: recall alone, and no search of the history
  run?: number | null; // what the history keeps it as
  message?: Message;
}

/** A value with its question as the page has questions. */
export interface Value extends Sent {
  asked: Asked;
}

/** A value with hits. */
export type Answer = Value & Found;

/** One stop of the tour. */
export interface Stop {
  name: string;
  note: Message;
  text: string;
  file: string | null;
  thumb: string | null;
  right: { id: number; title: string; kind: Kind; place: Place }[];
}

/** A finished search, as the history lists it. */
export interface Run {
  id: number;
  asked: string; // ISO 8601
  pinned: boolean;
  name: string; // empty where it has none
  question: SentQuestion;
  files: { name: string; kept: boolean }[];
  items: Card[];
  hits: number;
  ms: number;
  model: string;
  reranker: string; // empty where nothing was reranked
}

/** A page of items, newest first. */
export interface Items {
  items: Card[];
  next: number | null;
  counts?: Partial<Record<Kind, number>>;
}
