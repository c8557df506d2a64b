// What a bundle holds, as qwen3vl_app/inspection/bundle.py writes it.

import type { Kind, Place, Values } from "../kit/types";

export interface Bundle {
  format: string;
  schema: number;
  made: string; // ISO 8601
  versions: Record<string, string>;
  run: { id: number; asked: string; name: string; version: string };
  question: Record<string, any>; // as Question.written() has it
  files: { name: string; picture: string }[];
  examples: Record<string, string>; // names of items by their numbers
  models: { embedder: string; reranker: string };
  fingerprints: Record<string, string>;
  milliseconds: Record<string, number>;
  recall: number[]; // numbers of items, best first
  reranked: number[];
  hits: BundleHit[];
  pictures: Record<string, string>; // data URIs by name
  pictures_left_out: number;
}

export interface BundleHit {
  item: number;
  recall_rank: number;
  similarity: number | null;
  rerank_rank: number | null;
  relevance: number | null;
  logit: number | null;
  rescued: boolean;
  grades: { judge: string; grade: number; note: string }[];
  kind?: Kind; // this and what follows: none where the item had left the library
  name?: string;
  content?: string;
  place?: Place;
  snippet?: string;
  picture?: string;
}

/** Words by their keys, as `t` of i18n/strings.js. */
export type Words = (key: string, values?: Values) => string;

/** The language that a bundle is shown in. */
export interface Speech {
  t: Words;
  language: string;
}

export type BundleStage = "recall" | "rerank";
