import type { AppliedOutput } from '../../contract/output.ts';
import type { OutputState } from '../../contract/thought.ts';
import type { AttemptView, JournaledThought, OutputView, ThoughtView } from '../../contract/thought-view.ts';
import { getText } from '../blob.ts';
import { partCount } from '../operations/parts.ts';
import { appliedOutputs } from '../operations/undo.ts';
import { statement, type Transaction } from '../statement.ts';
import { eventData, ROW_COLUMNS, type RowColumns, rowOf } from './list-thoughts.ts';
import { leftOf } from './spending.ts';

const matching = statement<{ prefix: string; end: string }, { id: string }>(
  `SELECT id FROM thoughts WHERE id >= :prefix AND id < :end ORDER BY id LIMIT 5`,
);

/** Ids that begin with a prefix of hex digits, at most five. */
export async function idsByPrefix(tx: Transaction, input: { prefix: string }): Promise<string[]> {
  const rows = await tx.all(matching, { prefix: input.prefix, end: `${input.prefix}g` });
  return rows.map((row) => row.id);
}

interface ViewColumns extends RowColumns {
  version: string;
  kind: string;
  at: number;
  dedup: string;
  settle_until: number;
  finished_at: number | null;
  reused_from: string | null;
  crashes: number;
  failures: number;
  attempt: number;
  captured: string | null;
  capture: string | null;
  answer: string | null;
}

const select = statement<{ id: string }, ViewColumns>(
  `SELECT ${ROW_COLUMNS}, t.version, e.kind, e.at, e.dedup, t.settle_until, t.finished_at, t.reused_from, t.crashes,
     t.failures, t.attempt, t.captured, t.capture, t.answer
   FROM thoughts t JOIN events e ON e.seq = t.event WHERE t.id = :id`,
);

/** Everything about one thought; null where there is none with that id. */
export async function viewThought(tx: Transaction, input: { id: string }): Promise<JournaledThought | null> {
  const row = await tx.one(select, input);
  if (!row) return null;
  const text = await getText(tx, row.captured);
  const attempts = await tx.all(selectAttempts, input);
  const lastPrompt = attempts.findLast((attempt) => attempt.prompt !== null)?.prompt ?? null;
  const left = await leftOf(tx, row.id);
  const outputs = await outputsOf(tx, { id: row.id, attempt: row.attempt });
  const removed: ThoughtView['removed'] = [];
  if (text === null && row.capture !== null) removed.push('captured');
  if (lastPrompt === null && attempts.some((attempt) => attempt.provider !== null)) removed.push('prompt');
  if (outputs.some((output) => output.content === null)) removed.push('outputs');
  return {
    ...rowOf(row),
    event: {
      seq: row.event,
      kind: row.kind,
      at: new Date(row.at).toISOString(),
      dedup: row.dedup,
      data: eventData(row.data),
    },
    ruleVersion: row.version,
    settleUntil: row.state === 'waiting' ? new Date(row.settle_until).toISOString() : null,
    finishedAt: isoOrNull(row.finished_at),
    reusedFrom: row.reused_from,
    crashes: row.crashes,
    failures: row.failures,
    removed,
    captured: text === null ? null : { text, ...captureFacts(row.capture) },
    prompt: await getText(tx, lastPrompt),
    parts: await partCount(tx, row.id),
    attempts: attempts.map((attempt) => attemptView(attempt, left.get(attempt.number) ?? null)),
    answer: row.answer === null ? null : JSON.parse(row.answer),
    outputs,
  };
}

function captureFacts(json: string | null): Omit<NonNullable<ThoughtView['captured']>, 'text'> {
  const facts: {
    characters?: number;
    truncated?: boolean;
    format?: string;
    pictures?: unknown[];
    unread?: string;
  } = json === null ? {} : JSON.parse(json);
  return {
    characters: facts.characters ?? 0,
    truncated: facts.truncated ?? false,
    kind: facts.format ?? 'text',
    pictures: facts.pictures?.length ?? 0,
    unread: facts.unread ?? '',
  };
}

/** The same with what is known of its applied outputs, all of one moment. */
export async function showThought(
  tx: Transaction,
  input: { id: string },
): Promise<{ view: JournaledThought; applied: AppliedOutput[] } | null> {
  const view = await viewThought(tx, input);
  return view && { view, applied: await appliedOutputs(tx, input) };
}

interface AttemptColumns {
  number: number;
  started_at: number;
  sent_at: number | null;
  first_token_ms: number | null;
  total_ms: number | null;
  provider: string | null;
  model: string | null;
  input_tokens: number | null;
  output_tokens: number | null;
  prompt: string | null;
  outcome: string;
  error: string | null;
  raw: string | null;
}

const selectAttempts = statement<{ id: string }, AttemptColumns>(
  `SELECT number, started_at, sent_at, first_token_ms, total_ms, provider, model, input_tokens, output_tokens, prompt,
     outcome, error, raw
   FROM attempts WHERE thought = :id ORDER BY number`,
);

function attemptView(row: AttemptColumns, left: AttemptView['left']): AttemptView {
  return {
    number: row.number,
    startedAt: new Date(row.started_at).toISOString(),
    sentAt: isoOrNull(row.sent_at),
    firstTokenMs: row.first_token_ms,
    totalMs: row.total_ms,
    provider: row.provider,
    model: row.model,
    usage: { inputTokens: row.input_tokens, outputTokens: row.output_tokens },
    outcome: row.outcome,
    error: row.error,
    raw: row.raw,
    left,
  };
}

const selectOutputs = statement<
  { id: string; attempt: number },
  {
    position: number;
    kind: string;
    mode: string;
    target: string;
    source: string | null;
    state: OutputState;
    reason: string;
    size: number;
    content: string;
    applied_at: number | null;
    undone_at: number | null;
  }
>(
  `SELECT position, kind, mode, target, source, state, reason, size, content, applied_at, undone_at FROM outputs
   WHERE thought = :id AND attempt = :attempt ORDER BY position`,
);

/** What the latest attempt planned, and what became of it. */
export async function outputsOf(
  tx: Transaction,
  input: { id: string; attempt: number },
): Promise<OutputView[]> {
  const views: OutputView[] = [];
  for (const row of await tx.all(selectOutputs, input)) {
    views.push({
      position: row.position,
      kind: row.kind,
      mode: row.mode,
      target: row.target,
      source: row.source,
      state: row.state,
      reason: row.reason,
      bytes: row.size,
      sha256: row.content,
      appliedAt: isoOrNull(row.applied_at),
      undoneAt: isoOrNull(row.undone_at),
      content: await getText(tx, row.content),
    });
  }
  return views;
}

function isoOrNull(at: number | null): string | null {
  return at === null ? null : new Date(at).toISOString();
}
