import type { StatusView } from '../../../contract/status-view.ts';
import { THOUGHT_STATES } from '../../../contract/thought.ts';
import type { Command, Context } from '../command.ts';
import { age, ago, bytes, clockTime, count, healthSpan } from '../phrases.ts';
import { printTable } from '../table.ts';
import type { Span } from '../terminal.ts';
import { oneLine, printWrapped } from '../wrap.ts';

export const command: Command = {
  name: 'status',
  arguments: [],
  options: [],
  examples: [
    { line: 'consciousness status', does: 'Says how the daemon is, and why thoughts are held.' },
    { line: 'consciousness status --json | jq .queue.dead', does: 'How many thoughts were given up.' },
  ],
  exitCodes: { 0: 'a daemon runs' },
  json: 'StatusView',
  async run(context) {
    const status = await (await context.client()).status();
    if (context.json) context.out.json(status);
    else printStatus(context, status);
    return 0;
  },
};

function printStatus(context: Context, status: StatusView): void {
  const { out, clock } = context;
  const now = clock.now();
  const state: Span = status.stopping
    ? ['yellow', 'stopping']
    : status.ready
      ? ['green', 'awake']
      : ['cyan', 'waking up'];
  out.line(['bold', `Consciousness ${status.version}`], ' is ', state, [
    'dim',
    ` · pid ${status.pid} · started ${ago(status.startedAt, now)}`,
  ]);
  printQueue(context, status);
  printSenses(context, status);
  printHolds(context, status);
  section(context, 'Providers');
  printTable(
    out,
    [{ title: '' }, { title: '' }, { title: '' }, { title: '', flexible: true, narrow: 'wrap' }],
    status.providers.map((provider) => [
      provider.name,
      healthSpan(provider.state),
      `${provider.busy}/${provider.slots} busy`,
      provider.reason ||
        (provider.loaded === null ? provider.models.join(', ') : `${provider.loaded} loaded`),
    ]),
    2,
  );
  for (const { name, spent } of status.providers) {
    if (spent !== null)
      out.line('  ', [
        'dim',
        `${name} today: ${count(spent.tokens, 'token')} in ${count(spent.calls, 'call')} left this machine${spent.money > 0 ? `, for ${spent.money.toFixed(2)}` : ''}`,
      ]);
  }
  section(context, 'Rules');
  printTable(
    out,
    [{ title: '' }, { title: '' }, { title: '', flexible: true, narrow: 'wrap' }],
    status.rules.map((rule) => [
      rule.name,
      ['dim', rule.models.join(', ')],
      rule.problem === null ? oneLine(rule.wokenBy) : ['red', oneLine(rule.problem)],
    ]),
    2,
  );
  printStorage(context, status);
  printPort(context, status);
  for (const problem of status.problems)
    printWrapped(out, 4, '  ', ['red', 'problem'], ' ', oneLine(problem));
  if (status.lastError !== null) {
    out.line();
    const { at, message } = status.lastError;
    printWrapped(out, 2, ['red', 'Last error'], ` ${ago(at, now)}: `, oneLine(message));
  }
  out.line();
  const { p50, p99, max } = status.eventLoopDelayMs;
  printWrapped(
    out,
    2,
    [
      'dim',
      `Event loop delay ${p50.toFixed(1)} / ${p99.toFixed(1)} / ${max.toFixed(1)} ms (p50 / p99 / max), `,
    ],
    ['dim', `memory ${Math.round(status.memoryMb)} MB, state in ${status.home.state}`],
  );
}

function printQueue({ out, line, clock }: Context, status: StatusView): void {
  const states = THOUGHT_STATES.filter((state) => status.queue[state] > 0);
  const total = states.reduce((sum, state) => sum + status.queue[state], 0);
  const parts = states.map((state) => `${status.queue[state]} ${state}`);
  out.line('  ', total === 0 ? 'no thoughts yet' : `${count(total, 'thought')}: ${parts.join(', ')}`);
  const { waiting, oldest } = status.proposals;
  if (waiting > 0) {
    const since = oldest === null ? '' : `, the oldest for ${age(clock.now() - Date.parse(oldest))}`;
    out.line('  ', ['magenta', `${count(waiting, 'output')} proposed`], `${since}: `, line('inbox'));
  }
  if (status.queue.dead > 0) out.line('  see: ', line('thoughts --state dead'));
  if (status.oldestRunningMs !== null)
    out.line('  the oldest has been running for ', age(status.oldestRunningMs));
}

function printSenses(context: Context, status: StatusView): void {
  section(context, 'Senses');
  for (const sense of status.senses) {
    context.out.line('  ', sense.name, '  ', healthSpan(sense.state), [
      'dim',
      sense.detail && `  ${sense.detail}`,
    ]);
    printTable(
      context.out,
      [
        { title: '', flexible: true, narrow: 'path' },
        { title: '' },
        { title: '', align: 'right' },
        { title: '', flexible: true, narrow: 'wrap' },
      ],
      sense.roots.map((root) => [
        root.path,
        healthSpan(root.state),
        count(root.files, 'file'),
        ['dim', [root.pending > 0 ? `${root.pending} pending` : '', root.detail].filter(Boolean).join(', ')],
      ]),
      4,
    );
  }
}

function printHolds(context: Context, status: StatusView): void {
  if (status.holds.length === 0) return;
  section(context, 'Held');
  for (const hold of status.holds) {
    const since = ago(hold.since, context.clock.now());
    context.out.line(
      '  ',
      hold.what,
      ' ',
      ['bold', hold.name],
      `  ${count(hold.thoughts, 'thought')}, begun ${since}${hold.until === undefined ? '' : `, until ${clockTime(hold.until)}`}`,
    );
    printWrapped(context.out, 4, '    ', oneLine(hold.reason));
  }
}

/** Nothing where nobody could be let in: most never need it. */
function printPort(context: Context, { http }: StatusView): void {
  if (http.tokens + http.sessions === 0 && http.state !== 'listening') return;
  section(context, 'Port');
  const who = `${count(http.tokens, 'token')}, ${count(http.sessions, 'session')} of the dashboard`;
  const where: Span =
    http.url === null ? ['yellow', http.state === 'off' ? 'off' : 'not open'] : ['green', http.url];
  printWrapped(context.out, 4, '  ', where, `  ${who}`);
}

function printStorage(context: Context, { storage }: StatusView): void {
  const now = context.clock.now();
  const { backups, retention, lost } = storage;
  section(context, 'Database');
  const newest = backups.newest === null ? '' : `, the newest ${ago(backups.newest, now)}`;
  const checked = storage.checkedAt === null ? '' : `, checked ${ago(storage.checkedAt, now)}`;
  printWrapped(
    context.out,
    4,
    `  ${bytes(storage.databaseBytes)}, journal ${bytes(storage.journalBytes)}${checked}; `,
    `${count(backups.count, 'backup')} of ${bytes(backups.bytes)}${newest}`,
  );
  if (backups.problem !== null)
    printWrapped(context.out, 4, '  ', ['yellow', 'no backup'], `: ${oneLine(backups.problem)}`);
  if (retention.removed > 0 || (retention.waiting ?? 0) > 0)
    printWrapped(context.out, 4, `  retention: ${retention.waiting ?? 0} to go, ${retention.removed} gone`);
  if (lost === null) return;
  const instead =
    lost.from === null
      ? 'begun anew, empty'
      : `restored from the backup of ${lost.from}: what was recorded between is gone`;
  printWrapped(
    context.out,
    4,
    '  ',
    ['red', 'was damaged'],
    ` ${ago(lost.at, now)} (${oneLine(lost.reason)}); ${instead}; kept in ${lost.quarantine}`,
  );
}

function section({ out }: Context, title: string): void {
  out.line();
  out.line(['bold', title]);
}
