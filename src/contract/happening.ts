import type { SenseName } from './event.ts';
import type { EventData } from './event-data.ts';
import type { RuleMatch } from './match.ts';
import type { VitalsSample } from './vitals-view.ts';

/** Something that a sense other than files perceived, before it is journaled. */
export interface Happening {
  /** The same happening perceived again has the same one. */
  dedup: string;
  sense: SenseName;
  /** What it is about: `process:lmstudio`, `log:/…/app.log`, `schedule:evening`, … */
  subject: string;
  kind: string;
  /** Epoch milliseconds. */
  at: number;
  data: EventData;
  /** What a model reads of it. Watched text: data, never instructions. */
  text: string;
  /** It has its event in the journal already; only the thoughts about it are new. */
  journaled?: true;
  /** The only rule that it is for; absent = every rule that wants it. */
  rule?: string;
}

/** How far something has come, by name; commits with the happenings. */
export interface Cursor {
  name: string;
  /** JSON text; null = it is dropped. */
  value: string | null;
}

/** One value at one instant; `of` says which disk, interface, sensor or process, and is empty where there is one. */
export interface Reading {
  metric: string;
  of: string;
  value: number;
}

/** Readings that conditions are checked against. */
export interface Measured {
  sense: 'vitals' | 'processes';
  /** Readings of processes are of those that one rule is about. */
  rule?: string;
  /** Epoch milliseconds. */
  at: number;
  readings: Reading[];
  /** Who uses the most just now: what a model reads beside the condition that came true. */
  offenders?: string;
}

/** What a sense other than files hands over at a time; journaled whole. */
export interface Percepts {
  happenings: Happening[];
  cursors: Cursor[];
  measured?: Measured[];
  sample?: VitalsSample;
}

/** A happening with what the rules make of it. */
export interface MatchedHappening extends Happening {
  matches: RuleMatch[];
}
