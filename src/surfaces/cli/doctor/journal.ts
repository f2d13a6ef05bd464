import { CodedError, messageOf } from '../../../base/errors.ts';
import type { QueueFacts } from '../../../store/queries/queue-facts.ts';
import type { Context } from '../command.ts';
import { age, count, span } from '../phrases.ts';
import { type Finding, fail, ok, warn } from './finding.ts';

/** A clock that lags by less is corrected by every time server now and then. */
const LAG_MS = 5 * 60_000;

/** What the database itself says: whether its pages fit together, what gave up, and whether the clock went back. */
export async function journalFindings(
  context: Context,
  database: string,
  isFast: boolean,
): Promise<Finding[]> {
  const { peek, quickCheck } = await import('../../../store/peek.ts');
  try {
    const damage = isFast ? null : quickCheck(database);
    if (damage === undefined) return [];
    if (damage !== null)
      return [
        fail(
          'quick check',
          `${database} is damaged: ${damage}`,
          `${context.line('start')} restores the newest good backup`,
        ),
      ];
    const facts = await peek(database, 'queueFacts', undefined);
    const newest = { state: null, rule: null, since: null, unprocessed: false, subject: null, limit: 1 };
    const last = (await peek(database, 'listThoughts', newest))?.at(0);
    return [
      ...(isFast ? [] : [ok('quick check', 'every page of the database is well')]),
      ...deadFindings(context, facts),
      ...proposalFindings(context, facts),
      ...clockFindings(context, last?.timestamp),
    ];
  } catch (error) {
    // It is busy being replaced, or another user's: whether it can be used is told elsewhere.
    const code = error instanceof CodedError ? error.code : messageOf(error);
    return [warn('quick check', `the database could not be looked at (${code})`, null)];
  }
}

function deadFindings({ line }: Context, facts: QueueFacts | null): Finding[] {
  if (facts === null) {
    // Another version's schema, or no database yet: nothing is known rather than nothing dead.
    return [ok('dead', `not known before this version has opened the database: ${line('start')}`)];
  }
  const { dead } = facts.queue;
  if (dead === 0) return [ok('dead', 'no thought has given up')];
  const detail = `${count(dead, 'thought')} given up: ${line('thoughts --state dead')} says why`;
  return [warn('dead', detail, line('retry --dead'))];
}

/** What waits for so long may have been overlooked. */
const OVERLOOKED_MS = 24 * 60 * 60 * 1000;

function proposalFindings({ line, clock }: Context, facts: QueueFacts | null): Finding[] {
  const { waiting, oldestAt } = facts?.proposals ?? { waiting: 0, oldestAt: null };
  if (waiting === 0 || oldestAt === null) return [];
  const ms = clock.now() - oldestAt;
  const detail = `${count(waiting, 'output')} for you to approve, the oldest for ${age(ms)}`;
  const status = ms > OVERLOOKED_MS ? 'warn' : 'ok';
  return [{ check: 'proposals', status, detail, mend: line('inbox') }];
}

function clockFindings({ clock }: Context, last: string | undefined): Finding[] {
  const ahead = last === undefined ? 0 : Date.parse(last) - clock.now();
  if (ahead < LAG_MS) return [ok('clock', new Date(clock.now()).toISOString())];
  const detail = `it is ${span(ahead)} behind the last thought: it was set back, or that thought was queued while it was wrong`;
  return [warn('clock', detail, 'timedatectl set-ntp true')];
}
