import { duration } from '../contract/duration.ts';
import type { RuleFrontMatter, RuleOn } from '../contract/rule.ts';
import { checkSchedule } from '../contract/schedule-check.ts';
import { type KeyPath, listAt, valueAt } from './key-path.ts';
import { resolveGlob } from './rule-paths.ts';
import { type Reading, take } from './rule-reading.ts';
import { isWithin, resolveUserPath, USER_PATH } from './user-path.ts';

/** What of `on` are paths, resolved. */
export interface OnPaths {
  /** Globs of `on.file`. */
  file: string[];
  /** Globs of `on.schedule.gather`. */
  gather: string[];
  /** The file of `on.log`. */
  log: string;
}

/** Resolves the paths in `on`, and reports those that cannot be, and times that never come. */
export function readPaths(reading: Reading): OnPaths {
  readSchedule(reading);
  return {
    file: globs(reading, ['on', 'file', 'paths']),
    gather: globs(reading, ['on', 'schedule', 'gather', 'files']),
    log: logPath(reading),
  };
}

/** What wakes a rule, as the rest of the program knows it. */
export function onOf(on: RuleFrontMatter['on'], paths: OnPaths): RuleOn {
  const { file, log, process, vitals, schedule, daemon } = on;
  if (file !== undefined) {
    return {
      file: {
        paths: paths.file,
        changes: file.changes,
        settleMs: file.settle,
        existing: file.existing,
        ...(file.containing === undefined ? {} : { containing: file.containing }),
      },
    };
  }
  if (log !== undefined) {
    const { match = null, ignore = null, begins = null, gather, most } = log;
    return { log: { path: paths.log, match, ignore, begins, gatherMs: gather, most } };
  }
  if (process !== undefined) {
    const { changes = [], cooldown, ...rest } = process;
    return { process: { ...definedOnly(rest), changes, cooldownMs: cooldown } };
  }
  if (vitals !== undefined) return { vitals: { when: vitals.when, cooldownMs: vitals.cooldown } };
  if (schedule !== undefined) {
    const { every, gather, timezone, missed, ...rest } = schedule;
    return {
      schedule: {
        ...definedOnly(rest),
        ...(every === undefined ? {} : { everyMs: every }),
        timezone,
        missed,
        ...(gather === undefined ? {} : { gather: { files: paths.gather, rules: gather.rules } }),
      },
    };
  }
  return daemon === undefined ? { request: {} } : { daemon: { events: [...new Set(daemon.events)] } };
}

function globs({ roots, homedir, ...reading }: Reading, key: KeyPath): string[] {
  const patterns = listAt(reading.source.value, key).flatMap((pattern, index) => {
    if (typeof pattern !== 'string' || pattern === '') return [];
    return take(resolveGlob(pattern, roots, homedir), reading, [...key, index], pattern) ?? [];
  });
  return [...new Set(patterns)];
}

function readSchedule({ source, report }: Reading): void {
  const key: KeyPath = ['on', 'schedule'];
  const text = (name: string) => {
    const value = valueAt(source.value, [...key, name]);
    return typeof value === 'string' && value !== '' ? value : undefined;
  };
  const [cron, at, every, timezone = 'system'] = ['cron', 'at', 'every', 'timezone'].map(text);
  const everyMs = duration.safeParse(every).data;
  const problem = checkSchedule({
    ...(cron === undefined ? {} : { cron }),
    ...(at === undefined ? {} : { at }),
    ...(everyMs === undefined ? {} : { everyMs }),
    timezone,
  });
  // What is too short is told by the key's own bounds.
  if (problem !== null && problem.key !== 'every')
    report.at(source, [...key, problem.key], problem.value, problem);
}

function logPath({ source, report, homedir, outputRoots, ownFolders }: Reading): string {
  const key: KeyPath = ['on', 'log', 'path'];
  const path = valueAt(source.value, key);
  if (typeof path !== 'string' || path === '') return '';
  const resolved = resolveUserPath(path, homedir);
  if (resolved.ok && !path.endsWith('/')) {
    const own = ownFolders.find((folder) => isWithin(resolved.path, folder));
    const root = outputRoots.find((folder) => isWithin(resolved.path, folder));
    const allowed = 'a log that another program writes';
    if (own !== undefined)
      report.at(source, key, path, { message: "in the daemon's own folder: it would hear itself", allowed });
    else if (root !== undefined)
      report.at(source, key, path, {
        message: `in an output root, where rules write: they would hear themselves (${root})`,
        allowed,
      });
    return resolved.path;
  }
  const message = resolved.ok ? 'a folder' : resolved.message;
  report.at(source, key, path, { message, allowed: `the path of a file: ${USER_PATH}` });
  return '';
}

type Defined<T> = { [Key in keyof T]: Exclude<T[Key], undefined> };

/** The same without keys that are undefined: an absent key and an undefined one are different versions of a rule. */
function definedOnly<T extends object>(value: T): Defined<T> {
  return Object.fromEntries(Object.entries(value).filter(([, each]) => each !== undefined)) as never;
}
