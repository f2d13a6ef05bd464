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
import type { FollowedEvent, StreamEvent } from '../contract/live-event.ts';
import type { Page } from '../contract/page.ts';
import type { ProcessesView } from '../contract/process-view.ts';
import type { ProgressView } from '../contract/progress.ts';
import type { Approve, DecisionView, ProposalRow, ProposalView } from '../contract/proposal.ts';
import type { QueueView } from '../contract/queue-view.ts';
import type { RuleCheckView, RuleTextView, RuleTryView } from '../contract/rule-text.ts';
import type { StatusView } from '../contract/status-view.ts';
import type { ThoughtRow, ThoughtView } from '../contract/thought-view.ts';
import type { InvitationView, NewTokenView, TokenView, WhichTokens } from '../contract/token-view.ts';
import type { TryView } from '../contract/try.ts';
import type { VitalsView } from '../contract/vitals-view.ts';
import type {
  CompareRequest,
  OfRule,
  ProcessQuestion,
  RuleDraft,
  RunRequest,
  SaveRuleRequest,
  ThinkRequest,
  ThoughtQuery,
  TryRequest,
  TryTextRequest,
  UndoWhich,
  VitalsRequest,
} from './requests.ts';

/**
 * The daemon, from another process: one method a route of the HTTP API. Every call may throw
 * `daemon-not-running` (exit 69) and what the daemon itself throws.
 */
export interface Client {
  status(): Promise<StatusView>;
  queue(): Promise<QueueView>;
  /** What the probes say, and why. */
  progress(): Promise<ProgressView>;
  thoughts(query: ThoughtQuery): Promise<Page<ThoughtRow>>;
  thought(id: string): Promise<ThoughtView>;
  think(request: ThinkRequest): Promise<ThoughtRow>;
  retry(which: { ids: string[] } | { dead: true }): Promise<ChangeResult[]>;
  cancel(ids: string[]): Promise<ChangeResult[]>;
  run(request: RunRequest): Promise<RunView>;
  undo(which: UndoWhich): Promise<UndoResult[]>;
  /** All of it. */
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
  /** The file of a rule as it is now. */
  rule(name: string): Promise<RuleTextView>;
  checkRule(draft: RuleDraft): Promise<RuleCheckView>;
  tryRuleText(request: TryTextRequest): Promise<RuleTryView>;
  saveRule(request: SaveRuleRequest): Promise<RuleTextView>;
  compare(request: CompareRequest): Promise<CompareView>;
  /** Everything from now on, until the daemon stops. Subscribed once the promise resolves. */
  events(options: { tokens: boolean }): Promise<AsyncIterable<FollowedEvent>>;
  /** One thought until it is processed; ends without `end` where the daemon stops before. */
  stream(id: string): Promise<AsyncIterable<StreamEvent>>;
  setLogLevel(level: string): Promise<{ level: string }>;
  /** The rest of them only through the socket. */
  tokens(): Promise<TokenView[]>;
  /** `expires` as people write it; omitted: never. */
  newToken(what: { name: string; act: boolean; expires?: string }): Promise<NewTokenView>;
  revokeTokens(which: WhichTokens): Promise<TokenView[]>;
  /** A link to the dashboard. */
  invite(): Promise<InvitationView>;
  stop(): Promise<void>;
}

/** One request, whoever carries it. */
export interface Call {
  method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  path: string;
  body?: unknown;
  headers?: Record<string, string>;
}

/**
 * What carries requests to the daemon and answers back. The daemon of the same package is trusted to send what the
 * contract says; it is not checked again.
 */
export interface Transport {
  ask<Answer>(call: Call): Promise<Answer>;
  /** Server-sent events, once it is subscribed. */
  follow<Event>(path: string): Promise<AsyncIterable<Event>>;
}

/** The daemon at the other end of a transport. */
export function clientOver({ ask, follow }: Transport): Client {
  const get = <Answer>(path: string) => ask<Answer>({ method: 'GET', path });
  const post = <Answer>(path: string, body: unknown, key?: string) =>
    ask<Answer>({
      ...{ method: 'POST', path, body },
      ...(key === undefined ? {} : { headers: { 'idempotency-key': key } }),
    });
  const id = encodeURIComponent;

  return {
    status: () => get('/v1/status'),
    queue: () => get('/v1/queue'),
    progress: () => get('/v1/progress'),
    thoughts: (query) =>
      get(`/v1/thoughts?${searchOf({ ...query, since: time(query.since), until: time(query.until) })}`),
    thought: (thought) => get(`/v1/thoughts/${id(thought)}`),
    think: ({ key, ...request }) => post('/v1/thoughts', request, key),
    retry: (which) => post('/v1/thoughts/retry', which),
    cancel: (ids) => post('/v1/thoughts/cancel', { ids }),
    run: ({ key, ...request }) => post('/v1/run', request, key),
    undo: (which) => post('/v1/undo', 'rule' in which ? ofRule(which) : which),
    undoable: (which) =>
      everyPage((cursor) => get(`/v1/undo?${searchOf({ ...ofRule(which), cursor, limit: 1000 })}`)),
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
    rule: (name) => get(`/v1/rules/${id(name)}`),
    checkRule: (draft) => post('/v1/rules/check', draft),
    tryRuleText: (request) => post('/v1/rules/try', request),
    saveRule: ({ name, text, known }) =>
      ask({
        ...{ method: 'PUT', path: `/v1/rules/${id(name)}`, body: { text } },
        headers: known === null ? { 'if-none-match': '*' } : { 'if-match': known.join(', ') },
      }),
    compare: (request) => post('/v1/compare', request),
    events: ({ tokens }) => follow(`/v1/events?tokens=${tokens}`),
    stream: (thought) => follow(`/v1/thoughts/${id(thought)}/stream`),
    setLogLevel: (level) => ask({ method: 'PUT', path: '/v1/log-level', body: { level } }),
    tokens: () => get('/v1/tokens'),
    newToken: (what) => post('/v1/tokens', what),
    revokeTokens: (which) => post('/v1/tokens/revoke', which),
    invite: () => post('/v1/sessions', {}),
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
