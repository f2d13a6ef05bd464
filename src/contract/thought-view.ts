import type { EventData, FileChange, SenseName } from './event.ts';
import type { Usage } from './provider.ts';
import type { OutputState, ThoughtState } from './thought.ts';

/** One row of `thoughts`: the six described fields first. */
export interface ThoughtRow {
  id: string;
  timestamp: string;
  /** What is thought about: the first 280 characters of the captured text, or the request's text. */
  content: string;
  context: ThoughtContext;
  processed: boolean;
  state: ThoughtState;
  rule: string;
  /** Why it is in this state, where there is something to say (of a ready thought: why it is held); empty otherwise. */
  reason: string;
}

export interface ThoughtContext {
  sense: SenseName;
  subject: string;
  event: number;
  path?: string;
  change?: FileChange;
  /** A person asked for it: it is not held by a rule's `only`. */
  asked?: true;
}

/** `show ID`: everything about one thought. */
export interface ThoughtView extends ThoughtRow {
  event: { seq: number; kind: string; at: string; dedup: string; data: EventData };
  ruleVersion: string;
  settleUntil: string | null;
  finishedAt: string | null;
  reusedFrom: string | null;
  crashes: number;
  failures: number;
  captured: {
    text: string;
    characters: number;
    truncated: boolean;
    kind: string;
    /** Pages that are pictures, for models that see them. */
    pictures: number;
    /** Why their text is not in `text`; empty where it is. */
    unread: string;
  } | null;
  /** What there was and retention has taken away. */
  removed: ('captured' | 'prompt' | 'outputs')[];
  prompt: string | null;
  /** Parts of a document that is too long for its model of which notes are kept; 0 = it is read at once. */
  parts: number;
  attempts: AttemptView[];
  /** The answer: text, or the validated object where the rule has a schema; null before. */
  answer: unknown;
  outputs: OutputView[];
}

export interface AttemptView {
  number: number;
  startedAt: string;
  sentAt: string | null;
  firstTokenMs: number | null;
  totalMs: number | null;
  provider: string | null;
  model: string | null;
  usage: Usage;
  /** `running`, `answered`, `reused`, `held`, `failed`, `crashed`, `abandoned`. */
  outcome: string;
  error: string | null;
  /** The model's words as they came, also when they were not usable. */
  raw: string | null;
  /** What left this machine in it; null = nothing. */
  left: { provider: string; bytes: number; pictures: number; calls: number } | null;
}

export interface OutputView {
  position: number;
  kind: string;
  target: string;
  state: OutputState;
  reason: string;
  bytes: number;
  sha256: string;
  appliedAt: string | null;
  /** The exact bytes as text, where they are text. */
  content: string | null;
}
