import type { Usage } from './thought-view.ts';

/** `try`: what a rule would make of a file just now. Nothing was written. */
export interface TryView {
  path: string;
  rule: { name: string; version: string; file: string };
  /** Why a daemon would not think about it by itself, and what else stands in the way; empty where nothing does. */
  notes: string[];
  captured: { format: string; characters: number; truncated: boolean };
  /** Exactly what was sent. */
  prompt: string;
  provider: string;
  model: string;
  firstTokenMs: number | null;
  totalMs: number | null;
  usage: Usage;
  /** The model's words as they came. */
  raw: string | null;
  answer: unknown;
  /** What is to be said of the answer: that it was cut off; empty otherwise. */
  reason: string;
  outputs: TryOutput[];
}

/** One output as it would be applied. */
export interface TryOutput {
  kind: string;
  /** `create`, `replace`, `append`, `move`; `propose`: a person would have to decide, and `reason` says why. */
  mode: string;
  target: string;
  /** The file that would be moved there; absent for other kinds. */
  source?: string;
  /** The whole file as it stands there; null = nothing does. */
  before: string | null;
  /** The whole file as it would be. */
  after: string;
  reason: string;
}
