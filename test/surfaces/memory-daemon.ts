import { CodedError } from '../../src/base/errors.ts';
import { idOf } from '../../src/base/ids.ts';
import type {
  ChangeResult,
  EmbedView,
  Explanation,
  PauseView,
  RuleView,
  RunView,
  UndoableView,
  UndoResult,
} from '../../src/contract/api.ts';
import type { CompareView } from '../../src/contract/compare.ts';
import type { ConfigView } from '../../src/contract/config-view.ts';
import type { FeedMark, FeedPlace, FeedRow } from '../../src/contract/feed.ts';
import type { LiveEvent } from '../../src/contract/live-event.ts';
import type { Page } from '../../src/contract/page.ts';
import type { ProcessesView } from '../../src/contract/process-view.ts';
import type { Progress, Verdict } from '../../src/contract/progress.ts';
import type { Approve, DecisionView, ProposalRow, ProposalView } from '../../src/contract/proposal.ts';
import type { QueueView } from '../../src/contract/queue-view.ts';
import type { RuleCheckView, RuleTextView, RuleTryView } from '../../src/contract/rule-text.ts';
import type { HoldView, StatusView } from '../../src/contract/status-view.ts';
import {
  type OutputState,
  PROCESSED,
  THOUGHT_MOVES,
  THOUGHT_STATES,
  type ThoughtState,
} from '../../src/contract/thought.ts';
import type { ThoughtRow, ThoughtView } from '../../src/contract/thought-view.ts';
import type { TryView } from '../../src/contract/try.ts';
import type { VitalsSample, VitalsView } from '../../src/contract/vitals-view.ts';
import type { Daemon } from '../../src/surfaces/daemon.ts';
import type {
  OnceKey,
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
} from '../../src/surfaces/requests.ts';

/** A daemon without disk, model or time of its own: tests say what happens, and it tells its readers. */
export class MemoryDaemon implements Daemon {
  readonly ruleNames = ['request', 'file-the-inbox'];
  readonly all = new Map<string, ThoughtView>();
  readonly explained: string[] = [];
  holds: HoldView[] = [];
  readonly proposed = new Map<string, ProposalView>();
  readonly decided: (DecisionView & { content?: string })[] = [];
  logLevel = 'INFO';
  stopping = false;
  now = Date.parse('2026-11-22T12:00:00.000Z');
  /** Throws from every read while it is set. */
  broken: Error | null = null;
  /** Called when a stop is asked for. */
  onStop = () => {};
  /** What the probes are told. */
  verdict: Verdict = { ok: true, reasons: [] };
  readonly progress: Progress = { live: async () => this.verdict, ready: async () => this.verdict };
  #seq = 0;
  readonly #readers = new Set<(event: LiveEvent | null) => void>();
  /** By thought and kind, how much was said. */
  readonly #said = new Map<string, number>();

  async embed(texts: readonly string[]): Promise<EmbedView> {
    return { model: 'lmstudio/embed', vectors: texts.map((text) => [text.length, 1]) };
  }

  async metrics(): Promise<string> {
    return '# HELP consciousness_ready 1 once it is.\n';
  }

  async status(): Promise<StatusView> {
    if (this.broken) throw this.broken;
    const queue = Object.fromEntries(THOUGHT_STATES.map((state) => [state, 0])) as Record<
      ThoughtState,
      number
    >;
    for (const thought of this.all.values()) queue[thought.state] += 1;
    return {
      version: '0.1.0',
      // Beyond every system's largest: no process has it.
      pid: 2 ** 30,
      instance: 'memory',
      home: { config: '/home/x/config', rules: '/home/x/config/rules', state: '/home/x/state', option: '' },
      startedAt: new Date(this.now - 60_000).toISOString(),
      ready: true,
      stopping: this.stopping,
      senses: [
        {
          name: 'files',
          state: 'ok',
          detail: '',
          roots: [
            {
              path: '/inbox',
              state: 'watching',
              detail: '',
              files: 3,
              directories: 1,
              watches: 1,
              pending: 0,
            },
          ],
        },
      ],
      rules: [
        {
          name: 'request',
          version: 'aa',
          wokenBy: 'on request',
          paths: [],
          models: ['lmstudio/local-model'],
          problem: null,
        },
        {
          name: 'file-the-inbox',
          version: 'bb',
          wokenBy: '/inbox/*',
          paths: ['/inbox/*'],
          models: ['lmstudio/local-model', 'builtin/extract'],
          problem: null,
        },
      ],
      outputRoots: ['/notes'],
      problems: [],
      queue,
      proposals: {
        waiting: this.proposed.size,
        oldest: [...this.proposed.values()][0]?.proposedAt ?? null,
      },
      holds: this.holds,
      providers: [
        {
          name: 'lmstudio',
          slots: 1,
          busy: 0,
          spent: null,
          recent: { answers: 0, firstTokenMs: null, tokensPerSecond: null },
          state: 'online',
          reason: '',
          models: ['qwen3-8b'],
          loaded: 'qwen3-8b',
          checkedAt: this.now,
        },
      ],
      oldestReadyMs: null,
      oldestRunningMs: null,
      storage: {
        database: '/home/x/state/consciousness.db',
        databaseBytes: 4096,
        journalBytes: 0,
        checkedAt: null,
        backups: { folder: '/home/x/state/backups', count: 0, bytes: 0, newest: null, problem: null },
        quarantined: 0,
        lost: null,
        retention: { waiting: null, removed: 0, lastPass: null },
      },
      http: { port: 4747, state: 'closed', url: null, problem: null, tokens: 0, sessions: 0 },
      lastError: null,
      eventLoopDelayMs: { p50: 0.1, p99: 1, max: 2 },
      memoryMb: 90,
    };
  }

  async proposals(thought: string | null): Promise<ProposalRow[]> {
    return [...this.proposed.values()].filter((each) => thought === null || each.thought.startsWith(thought));
  }

  async proposal(thought: string, position: number): Promise<ProposalView> {
    const found = [...this.proposed.values()].find(
      (each) => each.thought.startsWith(thought) && each.position === position,
    );
    if (found !== undefined) return found;
    throw new CodedError('proposal-unknown', `the thought ${thought} has no output ${position + 1}`);
  }

  async approve(thought: string, position: number, { digest, content }: Approve): Promise<DecisionView> {
    const found = await this.proposal(thought, position);
    if (found.digest !== digest) throw new CodedError('proposal-changed', 'it is not what was shown');
    this.#settle(found, 'applied', content);
    return { thought: found.thought, position, state: 'planned' };
  }

  async reject(thought: string, position: number): Promise<DecisionView> {
    const found = await this.proposal(thought, position);
    this.#settle(found, 'denied');
    return { thought: found.thought, position, state: 'denied' };
  }

  /** Something that waits for a person. */
  propose(more: Partial<ProposalView> & Pick<ProposalView, 'thought'>): ProposalView {
    const view: ProposalView = {
      ...{ position: 0, rule: 'file-the-inbox', subject: 'file:/inbox/a.md', kind: 'write', mode: 'replace' },
      ...{ target: '/notes/a.md', source: null, reason: 'its rule asks for your approval', bytes: 4 },
      proposedAt: new Date(Date.now() - 3_700_000).toISOString(),
      expiresAt: new Date(Date.now() + 6.5 * 86_400_000).toISOString(),
      ...{
        digest: 'd'.repeat(64),
        content: 'new\n',
        before: 'old\n',
        after: 'new\n',
        editable: true,
        note: '',
        held: '',
      },
      ...more,
    };
    this.proposed.set(`${view.thought}#${view.position}`, view);
    return view;
  }

  #settle(proposal: ProposalView, state: OutputState, content?: string): void {
    const { thought, position, kind, mode, target, source, before, after, note } = proposal;
    this.proposed.delete(`${thought}#${position}`);
    this.decided.push({ thought, position, state, ...(content === undefined ? {} : { content }) });
    const view = this.all.get(thought);
    const applied = {
      ...{ position, kind, mode, target, source, state, reason: '' },
      ...{ bytes: 4, sha256: '', appliedAt: null, undoneAt: null, content: null, before, after, note },
    };
    if (view) this.all.set(thought, { ...view, outputs: [...view.outputs, applied] });
  }

  async thoughts(query: ThoughtQuery): Promise<Page<ThoughtRow>> {
    const rows = [...this.all.values()].filter(
      (thought) =>
        (query.state === undefined || thought.state === query.state) &&
        (query.rule === undefined || thought.rule === query.rule) &&
        (query.since === undefined || Date.parse(thought.timestamp) >= query.since) &&
        (query.unprocessed !== true || !thought.processed),
    );
    const begin = Number(query.cursor ?? 0);
    const end = begin + query.limit;
    return { items: rows.slice(begin, end).map(rowOf), next: end < rows.length ? String(end) : null };
  }

  async queue(): Promise<QueueView> {
    const all = [...this.all.values()];
    const count = (state: ThoughtState) => all.filter((each) => each.state === state).length;
    return {
      states: THOUGHT_STATES.map((state) => ({ state, count: count(state), oldest: null })),
      running: { oldest: null },
      lanes: [],
    };
  }

  async rules(): Promise<RuleView[]> {
    const thoughts = [...this.all.values()].filter((thought) => thought.rule === 'file-the-inbox');
    const last = thoughts.at(-1);
    const counts = THOUGHT_STATES.map((state) => [
      state,
      thoughts.filter((each) => each.state === state).length,
    ]);
    return [
      {
        name: 'file-the-inbox',
        version: 'v1',
        state: 'in-force',
        file: '/rules/file-the-inbox.md',
        wokenBy: '/inbox/**',
        paths: ['/inbox/**'],
        next: [],
        models: ['lmstudio/local-model'],
        held: this.holds[0]?.reason ?? null,
        problem: null,
        // Each state has its number.
        thoughts: Object.fromEntries(counts) as Record<ThoughtState, number>,
        last: last === undefined ? null : rowOf(last),
        lastResult: null,
      },
    ];
  }

  async thought(id: string): Promise<ThoughtView> {
    if (this.broken) throw this.broken;
    const found = [...this.all.values()].filter((thought) => thought.id.startsWith(id));
    if (found.length > 1)
      throw new CodedError('thought-ambiguous', 'several thoughts begin like this', { value: id });
    const [thought] = found;
    if (thought === undefined)
      throw new CodedError('thought-unknown', 'there is no such thought', { value: id });
    const held = thought.state === 'ready' && thought.reason === '' ? this.holds[0]?.reason : undefined;
    return structuredClone(held === undefined ? thought : { ...thought, reason: held });
  }

  async think({ text, rule = 'request', key }: ThinkRequest): Promise<ThoughtRow> {
    if (!this.ruleNames.includes(rule)) {
      throw new CodedError('rule-unknown', 'there is no such rule', {
        value: rule,
        allowed: this.ruleNames.join(', '),
      });
    }
    const dedup = key ?? `new-${this.#seq}`;
    const id = idOf(dedup, rule);
    const thought = this.all.get(id) ?? this.add({ id, content: text, rule });
    return rowOf(thought);
  }

  async retry(which: { ids: string[] } | { dead: true }): Promise<ChangeResult[]> {
    const dead = [...this.all.values()].filter((thought) => thought.state === 'dead');
    return this.#move('dead' in which ? dead.map((thought) => thought.id) : which.ids, 'ready');
  }

  async cancel(ids: string[]): Promise<ChangeResult[]> {
    return this.#move(ids, 'cancelled');
  }

  async run(request: RunRequest): Promise<RunView> {
    if (request.rule !== 'file-the-inbox')
      throw new CodedError('rule-unknown', `there is no rule ${request.rule}`, { value: request.rule });
    const paths = 'paths' in request ? request.paths : ['/inbox/a.md', '/inbox/b.md'];
    const results = paths.map((path) => {
      const inside = path.startsWith('/inbox/');
      const thought = inside ? this.add({ content: path, rule: request.rule }).id : null;
      return { path, queued: inside, thought, reason: inside ? '' : 'it is in no watched folder (/inbox)' };
    });
    const queued = results.filter((result) => result.queued).length;
    return { queued, notQueued: results.length - queued, results };
  }

  async lastDone(): Promise<string | null> {
    return [...this.all.values()].filter(({ state }) => state === 'done').at(-1)?.id ?? null;
  }

  async undoable({ rule }: UndoableQuery): Promise<Page<UndoableView>> {
    const items = [...this.all.values()].flatMap((thought) =>
      thought.rule === rule && thought.state === 'done'
        ? thought.outputs.map(({ position, kind, target }) => ({
            ...{ thought: thought.id, position, kind, target, at: '2026-11-22T08:00:00.000Z' },
          }))
        : [],
    );
    return { items, next: null };
  }

  async undo(which: UndoWhich): Promise<UndoResult[]> {
    const done = [...this.all.values()].filter(
      (thought) => thought.state === 'done' && (!('rule' in which) || thought.rule === which.rule),
    );
    const thought = 'id' in which ? await this.thought(which.id) : done.at(-1);
    if (!thought) throw new CodedError('nothing-to-undo', 'there is nothing to take back', { exitCode: 1 });
    return thought.outputs.map(({ position, kind, target, state }) => ({
      ...{ thought: thought.id, position, kind, target, undone: state === 'applied' },
      reason: state === 'applied' ? '' : `${target} was changed since it was written`,
    }));
  }

  readonly paused = new Set<string | null>();

  async pause(rule: string | null): Promise<PauseView> {
    if (rule !== null && !this.ruleNames.includes(rule))
      throw new CodedError('rule-unknown', `there is no rule ${rule}`, { value: rule });
    this.paused.add(rule);
    return this.#pauses();
  }

  async resume(rule: string | null): Promise<PauseView> {
    this.paused.delete(rule);
    return this.#pauses();
  }

  #pauses(): PauseView {
    return { all: this.paused.has(null), rules: [...this.paused].filter((rule) => rule !== null) };
  }

  async vitals({ since, spans }: VitalsRequest): Promise<VitalsView> {
    const to = since + 3_600_000;
    const values = Array.from({ length: spans }, (_, index) => index);
    const series = [
      { key: 'cpu.percent', now: 12, least: 1, average: 10, most: 97, values },
      { key: 'disk.percent /', now: 63, least: 60, average: 61, most: 63, values: values.map(() => null) },
    ];
    return { from: new Date(since).toISOString(), to: new Date(to).toISOString(), series };
  }

  async explain(path: string): Promise<Explanation> {
    this.explained.push(path);
    const root = path.startsWith('/inbox/') ? '/inbox' : null;
    return {
      path,
      root,
      ignored: null,
      onDisk: false,
      seen: null,
      events: [],
      rules: [
        {
          rule: 'file-the-inbox',
          matched: root !== null,
          why: root === null ? 'not below it' : 'matches /inbox/*',
        },
      ],
      thoughts: [],
      writtenBy: null,
      summary: root === null ? 'It is outside every watched folder.' : 'It was never seen.',
    };
  }

  async *live(signal: AbortSignal): AsyncGenerator<LiveEvent, void> {
    const waiting: (LiveEvent | null)[] = [];
    let wake = () => {};
    const read = (event: LiveEvent | null) => {
      waiting.push(event);
      wake();
    };
    const leave = () => read(null);
    this.#readers.add(read);
    signal.addEventListener('abort', leave, { once: true });
    try {
      for (;;) {
        const next = waiting.shift();
        if (next === null) return;
        if (next !== undefined) yield next;
        else {
          await new Promise<void>((resolve) => {
            wake = resolve;
          });
        }
      }
    } finally {
      this.#readers.delete(read);
      signal.removeEventListener('abort', leave);
    }
  }

  readonly #replies = new Map<string, { route: string; digest: string; reply: Reply }>();

  async once({ key, route, digest }: OnceKey, work: () => Promise<Reply>): Promise<Reply> {
    const kept = this.#replies.get(key);
    if (kept === undefined) {
      const reply = await work();
      this.#replies.set(key, { route, digest, reply });
      return reply;
    }
    if (kept.route === route && kept.digest === digest) return kept.reply;
    throw new CodedError('key-reused', 'this key stands for another request', { value: key });
  }

  async config(): Promise<ConfigView> {
    return { values: { log_level: this.logLevel }, sources: { log_level: 'default' } };
  }

  async processes(): Promise<ProcessesView> {
    return { processes: [], matched: 0, total: { cpu: 0, memoryMb: 0, threads: null, children: 0 } };
  }

  async vitalsNow(): Promise<VitalsSample> {
    return { at: this.now, values: { 'cpu.percent': 12 } };
  }

  async tryRule({ rule, path }: TryRequest): Promise<TryView> {
    return {
      ...{ path, rule: { name: rule, version: 'v1', file: '/rules/x.md' }, notes: [] },
      captured: { format: 'text', characters: 4, truncated: false },
      ...{ prompt: 'p', provider: 'lmstudio', model: 'qwen3-8b', firstTokenMs: 1, totalMs: 2 },
      ...{ usage: { inputTokens: 1, outputTokens: 1 }, raw: 'a', answer: 'a', reason: '', outputs: [] },
    };
  }

  readonly ruleTexts = new Map<string, RuleTextView>();

  async ruleText(name: string): Promise<RuleTextView> {
    const found = this.ruleTexts.get(name);
    if (found !== undefined) return found;
    throw new CodedError('rule-file-unknown', `there is no rule ${name}`, { value: name });
  }

  async checkRule({ text }: RuleDraft): Promise<RuleCheckView> {
    return { ok: text.startsWith('---'), wokenBy: '/inbox/**', sense: 'files', problems: [] };
  }

  async tryRuleText({ name, thought }: TryTextRequest): Promise<RuleTryView> {
    const { path, ...made } = await this.tryRule({ rule: name, path: '/inbox/a.md' });
    return { ...made, thought, subject: path };
  }

  async saveRule({ name, text, known }: SaveRuleRequest): Promise<RuleTextView> {
    const etag = this.ruleTexts.get(name)?.etag ?? null;
    if (known === null ? etag !== null : etag === null || !known.includes(etag))
      throw new CodedError('rule-changed', `${name} is left as it is`, { value: name });
    const view = { name, file: `/rules/${name}.md`, text, etag: `"${text.length}"`, problems: [] };
    this.ruleTexts.set(name, view);
    return view;
  }

  async compare(): Promise<CompareView> {
    return { rule: null, subjects: [] };
  }

  setLogLevel(level: string): void {
    this.logLevel = level;
  }

  stop(): void {
    this.stopping = true;
    this.onStop();
  }

  readonly rows: FeedRow[] = [];
  /** Rows before this one are not kept any more. */
  first = 1;

  async feed(after: number, limit: number): Promise<{ rows: FeedRow[]; last: number }> {
    const rows = this.rows.filter(({ seq }) => seq > after && seq >= this.first).slice(0, limit);
    return { rows, last: rows.at(-1)?.seq ?? after };
  }

  async feedPlace(mark: FeedMark | null): Promise<FeedPlace> {
    const head = this.rows.length;
    const { first } = this;
    const headAt = this.rows.at(-1)?.at ?? 0;
    if (mark === null) return { head, headAt, first, mark: null };
    if (mark.seq === 0 && first <= 1) return { head, headAt, first, mark: 'known' };
    if (mark.seq < first) return { head, headAt, first, mark: 'gone' };
    return { head, headAt, first, mark: this.rows[mark.seq - 1]?.at === mark.at ? 'known' : 'foreign' };
  }

  /** Tells every reader, and puts it into the feed where it belongs there. */
  tell(event: LiveEvent): void {
    if (['perceived', 'happened', 'state', 'output'].includes(event.type))
      this.rows.push({ seq: this.rows.length + 1, at: this.now, event });
    for (const read of this.#readers) read(event);
  }

  /** Ends the live events, as a daemon does that stops. */
  endLive(): void {
    for (const read of this.#readers) read(null);
  }

  add(facts: Partial<ThoughtView> = {}): ThoughtView {
    this.#seq += 1;
    const seq = this.#seq;
    const id = facts.id ?? idOf('thought', String(seq));
    const at = new Date(this.now).toISOString();
    const thought: ThoughtView = {
      id,
      timestamp: at,
      content: `content ${seq}`,
      context: { sense: 'requests', subject: `request:${seq}`, event: seq },
      processed: PROCESSED.includes(facts.state ?? 'ready'),
      state: 'ready',
      rule: 'request',
      reason: '',
      event: { seq, kind: 'request', at, dedup: `request:${seq}`, data: { text: `content ${seq}` } },
      ruleVersion: idOf('rule'),
      settleUntil: null,
      finishedAt: null,
      reusedFrom: null,
      crashes: 0,
      failures: 0,
      captured: null,
      removed: [],
      prompt: null,
      parts: 0,
      attempts: [],
      answer: null,
      outputs: [],
      ...facts,
    };
    this.all.set(id, thought);
    return thought;
  }

  /** Moves a thought and tells of it. */
  become(id: string, state: ThoughtState, facts: Partial<ThoughtView> = {}): void {
    const thought = this.all.get(id);
    if (thought === undefined) throw new Error(`no thought ${id}`);
    Object.assign(thought, { reason: '' }, facts, { state, processed: PROCESSED.includes(state) });
    const { rule, reason, context } = thought;
    const at = new Date(this.now).toISOString();
    this.tell({ type: 'state', at, thought: id, rule, subject: context.subject, state, reason });
  }

  send(id: string): void {
    this.become(id, 'running');
    for (const reasoning of [true, false]) this.#said.delete(`${id} ${reasoning}`);
    const at = new Date(this.now).toISOString();
    this.tell({ type: 'sent', at, thought: id, rule: 'request', provider: 'lmstudio', model: 'qwen3-8b' });
  }

  say(id: string, text: string, reasoning = false): void {
    const key = `${id} ${reasoning}`;
    const from = this.#said.get(key) ?? 0;
    this.#said.set(key, from + text.length);
    this.tell({ type: 'token', thought: id, text, reasoning, from });
  }

  #move(ids: string[], state: ThoughtState): ChangeResult[] {
    return ids.map((id) => {
      const thought = this.all.get(id);
      if (thought === undefined) return { id, ok: false, state: null, reason: 'there is no such thought' };
      if (!THOUGHT_MOVES[thought.state].includes(state)) {
        return { id, ok: false, state: thought.state, reason: `it is ${thought.state}` };
      }
      this.become(id, state);
      return { id, ok: true, state, reason: '' };
    });
  }
}

function rowOf(view: ThoughtView): ThoughtRow {
  const { id, timestamp, content, context, processed, state, rule, reason } = view;
  return { id, timestamp, content, context, processed, state, rule, reason };
}
