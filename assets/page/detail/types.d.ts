// One item in detail, for the check of types.

import type { Answer, Hit } from "../search/types";
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
