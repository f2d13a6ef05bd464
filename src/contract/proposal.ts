import type { OutputState } from './thought.ts';

/** `inbox`: an output that waits for a person. */
export interface ProposalRow {
  /** Id of its thought. */
  thought: string;
  /** Which output of it, from 0. */
  position: number;
  rule: string;
  subject: string;
  kind: string;
  /** `create`, `replace`, `append`, `edit`, `move`, `send`. */
  mode: string;
  /** Where it would be written, or sent to. */
  target: string;
  /** The file that would be moved; null for other kinds. */
  source: string | null;
  /** Why it waits. */
  reason: string;
  bytes: number;
  proposedAt: string;
  /** When it is denied unless somebody decides; null = never. */
  expiresAt: string | null;
}

/** `inbox show`: all that a person decides on, as things stand now. */
export interface ProposalView extends ProposalRow {
  /** Stands for all of this: an approval names it. Null while it cannot be applied. */
  digest: string | null;
  /** What would be written or sent, whole; of an edit, what it is to do. */
  content: string;
  /** The whole file as it stands there; null = nothing does, or it is no file that is written. */
  before: string | null;
  /** The whole file as it would be; null where no file is written. */
  after: string | null;
  /** What is to be said of that, such as that it is there already; empty otherwise. */
  note: string;
  /** Whether other content can be approved in its place. */
  editable: boolean;
  /** What stands in the way just now; empty where nothing does. */
  held: string;
}

/** What a person approves: what the digest stands for, or other content in its place. */
export interface Approve {
  digest: string;
  content?: string;
}

/** What was decided, and the state that the output is in then. */
export interface DecisionView {
  thought: string;
  position: number;
  state: OutputState;
}
