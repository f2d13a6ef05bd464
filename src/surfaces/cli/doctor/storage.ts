import { storageFacts } from '../../../store/keeper.ts';
import { readRecord } from '../../../store/record-file.ts';
import type { Context } from '../command.ts';
import { ago, bytes, count } from '../phrases.ts';
import { type Finding, fail, ok, warn } from './finding.ts';

/** A backup older than this protects little; a daemon that works makes one every few hours. */
const OLD_MS = 3 * 24 * 60 * 60 * 1000;

/** For how long a loss is told. */
const TOLD_MS = 7 * 24 * 60 * 60 * 1000;

/** The database and its backups, as far as they can be judged without opening them. */
export function storageFindings(context: Context, database: string): Finding[] {
  const now = context.clock.now();
  const record = readRecord(database);
  const facts = storageFacts(database, { checkedAt: record?.checkedAt ?? null, problem: null });
  if (record === null && facts.databaseBytes === 0) return [ok('database', 'made at the first start')];
  const { backups, lost } = facts;
  const checked = facts.checkedAt === null ? '' : `, checked ${ago(facts.checkedAt, now)}`;
  const sizes = `${bytes(facts.databaseBytes)}, journal ${bytes(facts.journalBytes)}${checked}`;
  const findings = [
    record?.damage
      ? fail(
          'database',
          `${database} is damaged: ${record.damage.reason}`,
          `${context.line('start')} restores the newest good backup`,
        )
      : ok('database', sizes),
  ];
  if (backups.newest === null)
    findings.push(warn('backup', 'none yet: a daemon that runs makes one within minutes', null));
  else if (now - Date.parse(backups.newest) > OLD_MS && now - (record?.checkedAt ?? 0) > OLD_MS)
    findings.push(warn('backup', `the newest is of ${ago(backups.newest, now)}`, null));
  else
    findings.push(
      ok('backup', `${count(backups.count, 'copy', 'copies')}, the newest ${ago(backups.newest, now)}`),
    );
  if (lost !== null && now - Date.parse(lost.at) < TOLD_MS) {
    const gap =
      lost.from === null
        ? 'an empty one took its place'
        : `what was recorded between ${lost.from} and ${lost.at} is gone`;
    const detail = `it was damaged (${lost.reason}): ${gap}; the damaged one is in ${lost.quarantine}`;
    findings.push(warn('database', detail, null));
  }
  return findings;
}
