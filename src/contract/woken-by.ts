import { clausesOf, testOf } from './condition.ts';
import { durationText } from './duration.ts';
import type { SenseName } from './event.ts';
import type { RuleOn } from './rule.ts';

/** What wakes a rule, for people, on one line: `~/Inbox/*.pdf`, `log /var/log/app.log`, `every 2h`, … */
export function wokenBy(on: RuleOn): string {
  const { file, log, process, vitals, schedule, daemon } = on;
  if (file !== undefined) return file.paths.join(', ');
  if (log !== undefined) return `log ${log.path}`;
  if (process !== undefined) {
    const who = [process.preset, process.name, process.command].filter(Boolean).join(', ');
    const what = process.when === undefined ? process.changes.join(', ') : conditionText(process.when);
    return `process ${who}: ${what}`;
  }
  if (vitals !== undefined) return conditionText(vitals.when);
  if (schedule !== undefined) {
    const { cron, everyMs, at } = schedule;
    if (everyMs !== undefined) return `every ${durationText(everyMs)}`;
    return cron === undefined ? `at ${at ?? ''}` : `cron ${cron}`;
  }
  return daemon === undefined ? 'on request' : `daemon: ${daemon.events.join(', ')}`;
}

const SENSES: readonly (readonly [keyof RuleOn, SenseName])[] = [
  ['file', 'files'],
  ['log', 'logs'],
  ['process', 'processes'],
  ['vitals', 'vitals'],
  ['schedule', 'schedule'],
  ['daemon', 'daemon'],
  ['request', 'requests'],
];

/** The sense whose events can wake a rule. */
export function senseOf(on: RuleOn): SenseName {
  return SENSES.find(([trigger]) => on[trigger] !== undefined)?.[1] ?? 'requests';
}

function conditionText(condition: Parameters<typeof clausesOf>[0]): string {
  return clausesOf(condition)
    .map((clause) => {
      const { test, limit } = testOf(clause);
      const of = clause.of === undefined ? '' : ` of ${clause.of}`;
      const within = clause.withinMs === undefined ? '' : ` within ${durationText(clause.withinMs)}`;
      const long = clause.forMs === 0 ? '' : ` for ${durationText(clause.forMs)}`;
      return `${clause.metric}${of} ${test} ${limit}${within}${long}`;
    })
    .join('any' in condition ? ' or ' : ' and ');
}
