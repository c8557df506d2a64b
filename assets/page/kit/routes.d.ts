// What each of the program's routes answers, by its path. The check of types believes this; the
// tests of the routes and of the page see to it that it is so.

import type { Cost, EvidenceLine, Item, Seen } from "../detail/types";
import type { Changed, Collection, Ended, Folder, Group } from "../library/types";
import type { MapState } from "../library/map/types";
import type { Listed, Listing, Removal, Taken, TakenItems } from "../library/types";
import type { Agreement, Depths, Kinds, Margins, Plan } from "../search/inspection/types";
import type { Balances, Spaces } from "../inspect/types";
import type { Judged, Pool, Report } from "../judge/types";
import type { Items, Run, Stop } from "../search/types";
import type { About, Check, Connections, Job, Known } from "../settings/types";
import type { Option, Stored } from "../settings/types";
import type { Stages, Status } from "../shell/types";
import type { EvaluateLine, KnownSets, Pinnable, PinRow, SetHistory } from "../testsets/types";
import type { Message } from "./types";

export interface Gets {
  "/api/about": About;
  "/api/balance": Balances;
  "/api/collections": Collection[];
  "/api/comparison/spaces": Spaces;
  "/api/connections": Connections;
  "/api/disk": { bytes: Record<string, number>; free: number };
  "/api/duplicates": { ready: boolean; groups: Group[]; next: number | null };
  "/api/folders": Folder[];
  "/api/history": { runs: Run[]; keeping: boolean };
  "/api/history/keeping": { on: boolean };
  "/api/ignore": { patterns: string[] };
  "/api/index/status": Status;
  [run: `/api/inspect/${number}/agreement`]: Agreement;
  [run: `/api/inspect/${number}/balance`]: Kinds;
  [run: `/api/inspect/${number}/depth`]: Depths;
  [run: `/api/inspect/${number}/stability`]: Plan;
  "/api/items": Items;
  [item: `/api/items/${number}`]: Item;
  [hidden: `/api/items/${number}/hidden`]: { by: string[] };
  "/api/judging/pool": Pool;
  "/api/judging/questions": { questions: Judged[] };
  "/api/judging/report": Report;
  "/api/listing": Listing;
  "/api/listing/ids": { ids: number[]; total: number };
  [members: `/api/listing/members/${number}`]: { items: Listed[] };
  "/api/map": MapState;
  "/api/models/getting": { getting: Job[] };
  "/api/models/known": Known;
  "/api/models/stages": Stages;
  "/api/outcomes": Ended[];
  "/api/removed": Removal[];
  "/api/sets": KnownSets;
  "/api/sets/history": SetHistory;
  "/api/sets/pinnable": Pinnable;
  "/api/storage": Stored;
  "/api/tour": { stops: Stop[]; collection: string };
}

export interface Posts {
  "/api/collected": { collections: string[] };
  "/api/chosen/collect": Changed;
  "/api/chosen/remove": TakenItems;
  "/api/chosen/tag": Changed;
  "/api/collections/delete": Collection[];
  "/api/collections/make": Collection[];
  "/api/collections/rename": Collection[];
  "/api/exports": { key: string; items: number };
  "/api/folders/rescan": unknown;
  "/api/folders/watch": unknown;
  "/api/history/restore": { restored: number };
  "/api/in_folder": { shown: number };
  "/api/index/add": Status & { added: { path: string; is_folder: boolean } };
  "/api/index/cancel": Status;
  "/api/index/pause": Status;
  "/api/index/resume": Status;
  "/api/index/retry": Status;
  "/api/index/samples": Status;
  "/api/hits/cost": Cost;
  "/api/hits/seen": Seen;
  "/api/judging/clear": { cleared: number };
  "/api/judging/import": { found: number; added: number };
  "/api/judging/restore": { restored: number };
  "/api/judging/undo": { undone: boolean };
  "/api/map/begin": MapState;
  "/api/map/stop": MapState;
  "/api/models/back": Stages;
  "/api/models/cancel": { getting: Job[] };
  "/api/models/get": { getting: Job[] };
  "/api/models/passport": { checks: Check[] };
  "/api/models/pause": { getting: Job[] };
  "/api/models/remove": Known & { freed: number };
  "/api/models/retry": unknown;
  "/api/models/use": Stages;
  "/api/outcomes/forget": Status & { removed: Taken };
  "/api/removed/discard": { rows: Removal[] };
  "/api/removed/restore": { rows: Removal[] };
  "/api/sets/bring": { name: string; files: number };
  "/api/sets/remove": { removed: boolean };
  "/api/sets/pins": { pin: number };
  "/api/sets/pins/check": { pins: PinRow[] };
  "/api/sets/pins/remove": { removed: boolean };
  "/api/storage/apply": Stored;
  "/api/storage/drop": Stored & { freed: number };
  "/api/storage/measure": Stored & { options: Option[] };
  "/api/tags": { tags: string[] };
  "/api/upload/done": unknown;
  "/api/upload/offer": { left: (Message | null)[] };
  "/api/upload/undo": { removed: Taken };
  "/api/words/pause": Status;
  "/api/words/resume": Status;
}

/** Answers that come line by line. */
export interface Streams {
  "/api/hits/evidence": EvidenceLine;
  "/api/sets/evaluate": EvaluateLine;
  [run: `/api/inspect/${number}/stability`]: Margins;
}

export interface Puts {
  "/api/history/keeping": { on: boolean };
  [run: `/api/history/${number}`]: { pinned: boolean; name: string };
  "/api/ignore": { patterns: string[] };
  "/api/judging/grade": { item: number; grade: number };
}

export interface Deletes {
  "/api/history": { deleted: number[] };
  [run: `/api/history/${number}`]: { deleted: number[] };
  [item: `/api/items/${number}`]: Taken;
}
