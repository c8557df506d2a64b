// What crosses the modules of the page, for the check of types; nothing of this file is served.

import type { Answer, Asked, Changes, Choices, Hit, Wish } from "../search/types";
import type { Status, StatusOrLost } from "../shell/types";

/** A sentence of the program. `text` is English, for where there are no words for its code. */
export interface Message {
  text: string;
  code?: string;
  values?: Values;
}

/** What a sentence names; a value may be a sentence itself. */
export type Values = Record<string, string | number | boolean | null | undefined | Message>;

export type Kind = "picture" | "page" | "passage" | "video" | "moment";

/** Where in its file an item stands; only what applies. */
export interface Place {
  page?: number;
  first?: number;
  last?: number;
  start?: number; // seconds
  end?: number;
  section?: string;
}

/** What a row or a tile shows of an item. */
export interface Card {
  id: number;
  kind: Kind;
  source: string; // the same for all items of one file
  title: string;
  folder: string;
  thumb: string;
  place: Place;
  snippet: string;
  width: number | null; // pixels
  height: number | null;
}

/** What gradio hands to a component's script. */
export interface Component {
  element: HTMLElement;
  props: { value: any }; // gradio's; every component knows what its own values are
  trigger: (event: string, data?: object) => void;
  watch: (prop: string, callback: () => void) => void;
}

/** What an element is made with, see `el`. */
export interface Attributes {
  text?: string | number | null;
  data?: Record<string, string | number | null>;
  onclick?: (event: MouseEvent) => unknown;
  [name: string]: Attribute | Record<string, string | number | null> | Listener;
}

export type Attribute = string | number | boolean | null | undefined;

type Listener = (event: any) => unknown; // the name of the attribute says which event

export type Child = Node | string | null | undefined | false;

/** What the parts of the page tell each other, without knowing each other. */
export interface Events {
  /** Show an item in the detail panel. */
  open: Opening;
  /** Whoever shows a list of items on the screen answers with it, see `kit/order.js`. */
  ordering: (order: Order) => void;
  /** The detail panel shows it now, or nothing. */
  opened: { id: number } | null;
  close: undefined;
  /** The running search knows more about its hits. */
  scored: { hits: Hit[]; value: Answer | null };
  /** Who has come later asks what is on the board; it answers by "scored". */
  unheard: undefined;
  /** Something was given to the indexer. */
  added: undefined;
  /** The library's contents changed. */
  changed: Status;
  /** A new status arrived, see `shell/status.js`. */
  status: StatusOrLost;
  /** Items are about to leave the library. */
  forgotten: { ids: number[] };
  /** Somebody took that back. */
  returned: { ids: number[] };
  /** Search: see `Asking.ask`. */
  ask: Wish;
  /** A search has begun; the question as the server understood it. */
  asked: { asked: Asked; typing: boolean };
  /** Something went wrong that is not ours to answer. */
  failed: Failure;
  /** Change what narrows the search, as a person would. */
  narrow: (choices: Choices) => Changes;
  /** The tour points at a hit, or at nothing. */
  pointed: { id: number | null };
  /** Go to the row of a hit in one of the columns. */
  reach: { id: number; side: "recall" | "rerank" };
  /** Begin the tour, at the stop of that name. */
  tour: { name: string };
  /** The page is as before the first search. */
  unasked: undefined;
  /** The appearance was changed. */
  theme: undefined;
  /** A preference about the page itself was changed, see `preference` of the fields. */
  preferred: { name: string };
  /** The size of the tiles was changed. */
  tiles: undefined;
  /** Judge the hits of a search of the history, in the Lab. */
  judge: { run: number; also?: number[] };
  /** Show the map of the Library, with the hits on the board drawn in. */
  toMap: undefined;
  /** Ask what is on the board under two settings, in the Lab. */
  compare: undefined;
  /** A search was saved, renamed or deleted. */
  saved: undefined;
}

/** An item to be shown, and what is on the board, where that is known. */
export interface Opening {
  id: number;
  value?: Answer | null;
}

/** A list of items on the screen, each with its `data-id`, and how to have it hold more of them. */
export interface Order {
  list: HTMLElement;
  more?: () => unknown;
}

/** What fills the window: a picture, or a node that shows something else. */
export interface Large {
  title: string;
  image?: string;
  fallback?: string | null; // where the picture cannot be shown
  node?: HTMLElement;
}

/** The way through the items on the screen. */
export interface Steps {
  /** Where we are, and whether there is anything before and after. */
  now: () => { place: string; before: boolean; after: boolean };
  step: (by: number) => unknown;
}

/** A failure in words; `shown` where the board has said it in the place of the results. */
export interface Failure extends Message {
  shown?: boolean;
}

/** Something to do about a message. */
export interface Action {
  label: string;
  run: () => unknown;
}

/** Shares of a picture from its top left: left, top, right, bottom. */
export type Region = [number, number, number, number];

export type Point = [number, number];
