import type {
  ChangeResult,
  EmbedView,
  Explanation,
  PauseView,
  RuleView,
  RunView,
  UndoableView,
  UndoResult,
} from '../contract/api.ts';
import type { CompareView } from '../contract/compare.ts';
import type { ConfigView } from '../contract/config-view.ts';
import type { FeedMark, FeedPlace, FeedRow } from '../contract/feed.ts';
import type { LiveEvent } from '../contract/live-event.ts';
import type { Page } from '../contract/page.ts';
import type { ProcessesView } from '../contract/process-view.ts';
import type { Progress } from '../contract/progress.ts';
import type { Approve, DecisionView, ProposalRow, ProposalView } from '../contract/proposal.ts';
import type { QueueView } from '../contract/queue-view.ts';
import type { RuleCheckView, RuleTextView, RuleTryView } from '../contract/rule-text.ts';
import type { StatusView } from '../contract/status-view.ts';
import type { ThoughtRow, ThoughtView } from '../contract/thought-view.ts';
import type { TryView } from '../contract/try.ts';
import type { VitalsSample, VitalsView } from '../contract/vitals-view.ts';
import type { GivenAnswer } from '../store/new-thought.ts';
import type {
  CompareRequest,
  OnceKey,
  ProcessQuestion,
  Reply,
  RuleDraft,
  RunRequest,
  SaveRuleRequest,
  ThinkRequest,
  ThoughtQuery,
  TryRequest,
  TryTextRequest,
  UndoableQuery,
  UndoWhich,
  VitalsRequest,
} from './requests.ts';

/** What every surface may ask of a running daemon. `main` implements it; the HTTP app is its only caller. */
export interface Daemon {
  status(): Promise<StatusView>;
  queue(): Promise<QueueView>;
  /** The newest first, a page at a time. */
  thoughts(query: ThoughtQuery): Promise<Page<ThoughtRow>>;
  /**
   * By id or unique prefix of at least 4 digits; of a ready thought that is held, `reason` says why it is at this
   * moment. Throws `thought-unknown`, `thought-ambiguous`.
   */
  thought(id: string): Promise<ThoughtView>;
  /** Accepts a request durably; the same key again is the same thought. Throws `rule-unknown`. */
  think(request: ThinkRequest): Promise<ThoughtRow>;
  /** Puts dead or cancelled thoughts back; each id gets its own result. */
  retry(which: { ids: string[] } | { dead: true }): Promise<ChangeResult[]>;
  cancel(ids: string[]): Promise<ChangeResult[]>;
  /** Queues a rule's thoughts about files that are there already. Throws `rule-unknown`, `rule-not-on-files`. */
  run(request: RunRequest): Promise<RunView>;
  /**
   * Takes back what a thought has done, or (`last`) the thought that did something last, or a rule, the last done first.
   * Throws `thought-unknown`, `thought-ambiguous`, `nothing-to-undo`.
   */
  undo(which: UndoWhich): Promise<UndoResult[]>;
  /** The thought that did something last and still stands; null where there is none. */
  lastDone(): Promise<string | null>;
  /** What `undo` of a rule would take back, the last done first. */
  undoable(query: UndoableQuery): Promise<Page<UndoableView>>;
  /**
   * Outputs that wait for a person, of one thought (id or prefix) or of all; the oldest first. Throws
   * `thought-unknown`, `thought-ambiguous`.
   */
  proposals(thought: string | null): Promise<ProposalRow[]>;
  /** One of them as things stand now. Throws also `proposal-unknown`, `proposal-decided`. */
  proposal(thought: string, position: number): Promise<ProposalView>;
  /**
   * Lets it be applied, if it still is what the digest stands for. Throws also `proposal-changed`, `proposal-held`,
   * `proposal-not-editable`.
   */
  approve(thought: string, position: number, what: Approve): Promise<DecisionView>;
  /** Denies it. Throws as `proposal`. */
  reject(thought: string, position: number): Promise<DecisionView>;
  /** Claims nothing more of a rule, or (null) at all, also after a restart; what runs is finished. Throws `rule-unknown`. */
  pause(rule: string | null): Promise<PauseView>;
  /** Lifts the pause of a rule, or (null) the one of everything; rules paused by name stay so. Throws `rule-unknown`. */
  resume(rule: string | null): Promise<PauseView>;
  /** Every rule in force and what came of it, in the order of their names. */
  rules(): Promise<RuleView[]>;
  /** Vectors of texts by the configured model. Throws `embeddings-off`, `embeddings-failed`. */
  embed(texts: readonly string[]): Promise<EmbedView>;
  /** `path` is path text, absolute. */
  explain(path: string): Promise<Explanation>;
  /** What was measured since then (epoch ms), in so many spans of time. */
  vitals(query: VitalsRequest): Promise<VitalsView>;
  /**
   * Everything that happens from the iteration's first `next()` on; ends when `signal` aborts or the daemon
   * stops. A `state` event is told after its row is committed. The HTTP app iterates it once, for all its readers.
   */
  live(signal: AbortSignal): AsyncIterable<LiveEvent>;
  /** What was perceived and what has changed after a row of the feed, and the last row that was looked at. */
  feed(after: number, limit: number): Promise<{ rows: FeedRow[]; last: number }>;
  feedPlace(mark: FeedMark | null): Promise<FeedPlace>;
  setLogLevel(level: string): void;
  /** The configuration in force; secrets are masked. */
  config(): Promise<ConfigView>;
  /** Processes of this machine, as the sense sees them. */
  processes(question: ProcessQuestion): Promise<ProcessesView>;
  /** This machine's vitals just now. */
  vitalsNow(): Promise<VitalsSample>;
  /** What a rule would make of a file; throws as {@link Rehearse} does. */
  tryRule(request: TryRequest, signal: AbortSignal): Promise<TryView>;
  /** The file of a rule as it is now. Throws `rule-file-unknown`, `rule-unreadable`. */
  ruleText(name: string): Promise<RuleTextView>;
  /** What is wrong with a text, were it the file of that rule. */
  checkRule(draft: RuleDraft): Promise<RuleCheckView>;
  /**
   * What a text would make of what a past thought was about. Throws as {@link Rehearse} does, and `thought-unknown`,
   * `nothing-to-compare`, `rule-not-on-event`.
   */
  tryRuleText(request: TryTextRequest, signal: AbortSignal): Promise<RuleTryView>;
  /** Writes the file of a rule. Throws `rule-invalid`, `rule-changed`, `rule-not-a-file`. */
  saveRule(request: SaveRuleRequest): Promise<RuleTextView>;
  /** What several models make of the same; throws as {@link Compare} does. */
  compare(request: CompareRequest, signal: AbortSignal): Promise<CompareView>;
  /**
   * Does the work and keeps its reply for a day, unless that was done for this key before: then it is that reply.
   * Throws `key-reused` where the key stands for something else, `key-in-use` while it is being done.
   */
  once(key: OnceKey, work: () => Promise<Reply>): Promise<Reply>;
  /** What Prometheus scrapes. */
  metrics(): Promise<string>;
  /** Whether it gets on. */
  progress: Progress;
  /** Begins a graceful stop; resolves at once. */
  stop(): void;
}

/** How an entry point runs a daemon in its own process. `main` implements it. */
export type RunDaemon = (options: RunOptions) => Promise<{
  /** Exit code. */
  code: number;
  /** Why it ended, as a sentence. */
  reason: string;
}>;

export interface RunOptions {
  /** `--home`, as typed. */
  home?: string;
  /** Dotted configuration keys from the command line. */
  flags: Record<string, string>;
  /** Where the database is lost and no backup can take its place, begin with an empty one. Default: false. */
  freshDatabase?: boolean;
  /** It cannot begin yet and tries again by itself: why, and what to do (imperative). */
  onWaiting(reason: string, next: string): void;
  /** Once it listens and its senses have begun. */
  onReady(info: StatusView): void;
  onLive(event: LiveEvent): void;
  /** Aborts: finish what runs, then end. */
  signal: AbortSignal;
}

/**
 * Lets a rule think about a file in this process, and writes nothing. `main` implements it. Throws what makes that
 * impossible: `config-invalid`, `rule-unknown`, `rule-invalid`, `rule-not-on-files`, `file-denied`, `file-unreadable`,
 * `model-held`, `model-failed`, `answer-unusable`, `output-escapes`, `template-failed`.
 */
export type Rehearse = (options: RehearseOptions) => Promise<Rehearsal>;

export interface RehearseOptions {
  /** `--home`, as typed. */
  home?: string;
  /** Name of a rule in the rules folder, or the absolute path (text) of a rule file. */
  rule: { name: string } | { file: string };
  /** Absolute path text. */
  path: string;
  /** `provider/model` in place of those of the rule. */
  model?: string;
  /** Also where that means that the document leaves this machine. */
  cloud?: boolean;
  onStep(step: RehearsalStep): void;
  signal: AbortSignal;
}

export type RehearsalStep =
  /** It waits until the model can be asked. */
  | { kind: 'waiting'; reason: string }
  | { kind: 'asked'; provider: string; model: string }
  | { kind: 'token'; text: string; reasoning: boolean };

/** What came of it, and the answer as `run` takes it. */
export interface Rehearsal {
  view: TryView;
  given: GivenAnswer;
}

/**
 * Lets several models think about the same things, one after the other, in this process; writes nothing. `main`
 * implements it. Throws as {@link Rehearse} does, but for what a model does not manage: that is a result.
 */
export type Compare = (options: CompareOptions) => Promise<CompareView>;

export interface CompareOptions {
  home?: string;
  /** A text to be answered, or a rule with the files, or with its past events, to think about. */
  about:
    | { text: string }
    | { rule: RehearseOptions['rule']; paths: readonly string[] }
    | { rule: RehearseOptions['rule']; last: number }
    | { thought: string };
  /** `provider/model` each, at least one. */
  models: readonly string[];
  cloud?: boolean;
  onStep(step: RehearsalStep): void;
  signal: AbortSignal;
}

/** Counts what would be watched in a folder. `main` implements it. */
export type SurveyFolder = (options: SurveyOptions) => Promise<Survey>;

export interface SurveyOptions {
  /** Absolute path text. */
  folder: string;
  /** It stops counting after so many files. */
  most: number;
  onCount(files: number): void;
  signal: AbortSignal;
}

export interface Survey {
  files: number;
  folders: number;
  /** There are more files than were to be counted. */
  more: boolean;
  /** Folders that cannot be listed. */
  unreadable: number;
  /** The newest files that are not empty, as absolute path texts, the newest first. */
  newest: string[];
}

/** Looks at the processes of this machine itself. `main` implements it. */
export type LookAtProcesses = (question: ProcessQuestion & { signal: AbortSignal }) => Promise<ProcessesView>;

/** Measures this machine's vitals once. `main` implements it. */
export type LookAtVitals = (signal: AbortSignal) => Promise<VitalsSample>;

/** What an entry point hands to the command line. */
export interface Program {
  runDaemon: RunDaemon;
  rehearse: Rehearse;
  survey: SurveyFolder;
  compare: Compare;
  lookAtProcesses: LookAtProcesses;
  lookAtVitals: LookAtVitals;
}
