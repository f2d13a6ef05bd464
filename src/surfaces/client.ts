import type { ChangeResult } from './../contract/api.ts';
import type {
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
import type { FollowedEvent, StreamEvent } from '../contract/live-event.ts';
import type { Page } from '../contract/page.ts';
import type { ProcessesView } from '../contract/process-view.ts';
import type { Approve, DecisionView, ProposalRow, ProposalView } from '../contract/proposal.ts';
import type { StatusView } from '../contract/status-view.ts';
import type { ThoughtRow, ThoughtView } from '../contract/thought-view.ts';
import type { TryView } from '../contract/try.ts';
import type { VitalsView } from '../contract/vitals-view.ts';
import type {
  CompareRequest,
  OfRule,
  ProcessQuestion,
  RunRequest,
  ThinkRequest,
  ThoughtQuery,
  TryRequest,
  UndoWhich,
  VitalsRequest,
} from './requests.ts';
import { type Call, lost, send, textOf, type Where } from './unix-http.ts';

/**
 * The daemon, from another process: one method a route of the HTTP API. Every call may throw
 * `daemon-not-running` (exit 69) and what the daemon itself throws.
 */
export interface Client {
  status(): Promise<StatusView>;
  thoughts(query: ThoughtQuery): Promise<Page<ThoughtRow>>;
  thought(id: string): Promise<ThoughtView>;
  think(request: ThinkRequest): Promise<ThoughtRow>;
  retry(which: { ids: string[] } | { dead: true }): Promise<ChangeResult[]>;
  cancel(ids: string[]): Promise<ChangeResult[]>;
  run(request: RunRequest): Promise<RunView>;
  undo(which: UndoWhich): Promise<UndoResult[]>;
  undoable(which: OfRule): Promise<UndoableView[]>;
  /** Of one thought, or (null) of all; every one of them. */
  proposals(thought: string | null): Promise<ProposalRow[]>;
  proposal(thought: string, position: number): Promise<ProposalView>;
  approve(thought: string, position: number, what: Approve): Promise<DecisionView>;
  reject(thought: string, position: number): Promise<DecisionView>;
  /** `null` = everything. */
  pause(rule: string | null): Promise<PauseView>;
  resume(rule: string | null): Promise<PauseView>;
  rules(): Promise<RuleView[]>;
  embed(texts: readonly string[]): Promise<EmbedView>;
  /** `path` is path text, absolute. */
  explain(path: string): Promise<Explanation>;
  vitals(query: VitalsRequest): Promise<VitalsView>;
  processes(question: ProcessQuestion): Promise<ProcessesView>;
  /** As it is in force; secrets are masked. */
  config(): Promise<ConfigView>;
  tryRule(request: TryRequest): Promise<TryView>;
  compare(request: CompareRequest): Promise<CompareView>;
  /** Everything from now on, until the daemon stops. Subscribed once the promise resolves. */
  events(options: { tokens: boolean }): Promise<AsyncIterable<FollowedEvent>>;
  /** One thought until it is processed; ends without `end` where the daemon stops before. */
  stream(id: string): Promise<AsyncIterable<StreamEvent>>;
  setLogLevel(level: string): Promise<{ level: string }>;
  stop(): Promise<void>;
}

/** A client of the daemon at `where`; every wait ends with `signal`. */
export function createClient(where: Where, signal: AbortSignal): Client {
  /** The daemon of the same package is trusted to send what the contract says; it is not checked again. */
  const ask = async (call: Omit<Call, 'signal'>) => {
    const response = await send(where, { ...call, signal });
    return JSON.parse(await textOf(response, where, signal));
  };
  const get = (path: string) => ask({ method: 'GET', path });
  const post = (path: string, body: unknown, headers: Record<string, string> = {}) =>
    ask({ method: 'POST', path, body, headers });
  const id = encodeURIComponent;

  return {
    status: () => get('/v1/status'),
    thoughts: (query) =>
      get(`/v1/thoughts?${searchOf({ ...query, since: time(query.since), until: time(query.until) })}`),
    thought: (thought) => get(`/v1/thoughts/${id(thought)}`),
    think: ({ text, rule, key }) =>
      post(
        '/v1/thoughts',
        rule === undefined ? { text } : { text, rule },
        key === undefined ? {} : { 'idempotency-key': key },
      ),
    retry: (which) => post('/v1/thoughts/retry', which),
    cancel: (ids) => post('/v1/thoughts/cancel', { ids }),
    run: (request) => post('/v1/run', request),
    undo: (which) => post('/v1/undo', 'rule' in which ? ofRule(which) : which),
    undoable: (which) => get(`/v1/undo?${new URLSearchParams(ofRule(which))}`),
    proposals: (thought) =>
      everyPage((cursor) =>
        get(`/v1/proposals?${searchOf({ thought: thought ?? undefined, cursor, limit: 1000 })}`),
      ),
    proposal: (thought, position) => get(`/v1/proposals/${id(thought)}/${position}`),
    approve: (thought, position, what) => post(`/v1/proposals/${id(thought)}/${position}/approve`, what),
    reject: (thought, position) => post(`/v1/proposals/${id(thought)}/${position}/reject`, {}),
    pause: (rule) => post('/v1/pause', rule === null ? {} : { rule }),
    resume: (rule) => post('/v1/resume', rule === null ? {} : { rule }),
    rules: () => get('/v1/rules'),
    embed: (texts) => post('/v1/embed', { texts }),
    vitals: ({ since, spans }) => get(`/v1/vitals?${searchOf({ since: time(since), spans })}`),
    explain: (path) => get(`/v1/explain?${searchOf({ path })}`),
    processes: (question) => get(`/v1/processes?${searchOf({ ...question })}`),
    config: () => get('/v1/config'),
    tryRule: (request) => post('/v1/try', request),
    compare: (request) => post('/v1/compare', request),
    events: ({ tokens }) => openStream(where, `/v1/events?tokens=${tokens}`, signal),
    stream: (thought) => openStream(where, `/v1/thoughts/${id(thought)}/stream`, signal),
    setLogLevel: (level) => ask({ method: 'PUT', path: '/v1/log-level', body: { level } }),
    async stop() {
      await post('/v1/stop', {});
    },
  };
}

function ofRule({ rule, since }: OfRule): Record<string, string> {
  return since === undefined ? { rule } : { rule, since: new Date(since).toISOString() };
}

/** What is not there is left out. */
function searchOf(query: Record<string, string | number | boolean | undefined>): string {
  const search = new URLSearchParams();
  for (const [key, value] of Object.entries(query)) if (value !== undefined) search.set(key, String(value));
  return search.toString();
}

function time(epochMs: number | undefined): string | undefined {
  return epochMs === undefined ? undefined : new Date(epochMs).toISOString();
}

/** A whole list, page by page. */
async function everyPage<T>(get: (cursor: string | undefined) => Promise<Page<T>>): Promise<T[]> {
  const all: T[] = [];
  for (let cursor: string | undefined; ; ) {
    const { items, next } = await get(cursor);
    all.push(...items);
    if (next === null) return all;
    cursor = next;
  }
}

async function openStream<T>(where: Where, path: string, signal: AbortSignal): Promise<AsyncIterable<T>> {
  const response = await send(where, {
    method: 'GET',
    path,
    headers: { accept: 'text/event-stream' },
    signal,
  });
  response.setEncoding('utf8');
  return values<T>(response, where, signal);
}

async function* values<T>(
  response: AsyncIterable<string>,
  where: Where,
  signal: AbortSignal,
): AsyncGenerator<T, void> {
  const { createParser } = await import('eventsource-parser');
  const arrived: T[] = [];
  const parser = createParser({ onEvent: ({ data }) => arrived.push(JSON.parse(data)) });
  try {
    for await (const part of response) {
      parser.feed(part);
      yield* arrived.splice(0);
    }
  } catch (error) {
    throw lost(error, where, signal);
  }
}
