import type { Stats } from 'node:fs';
import { lstat, realpath } from 'node:fs/promises';
import { basename, dirname } from 'node:path';
import { CodedError, systemCode } from '../base/errors.ts';
import { fromFs, toFs } from '../base/path-text.ts';
import type { Config } from '../contract/config.ts';
import type { EventData } from '../contract/event-data.ts';
import { matchesRule } from '../contract/glob.ts';
import type { Rule } from '../contract/rule.ts';
import { deniedBy } from '../senses/files/ignore.ts';
import { whyIgnored } from '../senses/files/why-ignored.ts';

/** A file that a rule is to be tried on. Absolute path texts. */
export interface TriedFile {
  path: string;
  /** The watched folder that it is in, else its own folder. */
  root: string;
  isWatched: boolean;
  stat: Stats;
}

/** Throws `file-unreadable` where it is no file, `file-denied` where it looks like a secret. */
export async function triedFile(path: string, config: Config): Promise<TriedFile> {
  let stat: Stats;
  try {
    stat = await lstat(toFs(path));
  } catch (error) {
    const why =
      systemCode(error) === 'ENOENT' ? 'there is no such file' : `it cannot be read (${systemCode(error)})`;
    throw unreadable(path, why);
  }
  if (!stat.isFile())
    throw unreadable(path, stat.isDirectory() ? 'it is a folder' : 'it is not an ordinary file');
  const watched = config.roots.find((each) => path.startsWith(each.path === '/' ? '/' : `${each.path}/`));
  const file = { path, root: watched?.path ?? dirname(path), isWatched: watched !== undefined, stat };
  // A file that nobody watches is looked at with every folder that it really is in: `credentials` alone tells nothing.
  const within = watched === undefined ? '/' : `${watched.path}/`;
  const pattern = deniedBy((watched === undefined ? await realPath(path) : path).slice(within.length));
  if (pattern !== null) {
    throw new CodedError('file-denied', `${path} looks like a secret, and is never read`, {
      value: pattern,
      next: 'choose another file: no setting allows this one',
    });
  }
  return file;
}

async function realPath(path: string): Promise<string> {
  return fromFs(await realpath(toFs(path), 'buffer'));
}

/** The change that a daemon would tell the rule of: that it is there. */
export function eventOf({ path, root, stat }: TriedFile): EventData {
  return {
    path,
    root,
    name: basename(path),
    change: 'added',
    revision: 1,
    hash: null,
    size: stat.size,
    modified: stat.mtime.toISOString(),
  };
}

/** Why a daemon would not think about the file by itself; empty where it would. */
export async function whyNotByItself(file: TriedFile, rule: Rule, config: Config): Promise<string[]> {
  if (!file.isWatched) {
    const watched = config.roots.map((root) => root.path).join(', ') || 'none is';
    return [`it is in no watched folder (${watched}): the daemon does not see it`];
  }
  const ignored = await ignoredBy(file, config);
  if (ignored) return [`the daemon does not see it: ${ignored.by}: ${ignored.pattern}`];
  if (matchesRule(rule, file.path)) return [];
  return [`the paths of ${rule.name} do not match it: ${rule.on.file?.paths.join(', ')}`];
}

async function ignoredBy({ path, root, isWatched }: TriedFile, config: Config) {
  return whyIgnored(path, {
    roots: isWatched ? config.roots : [{ path: root, ignorePatterns: [] }],
    ignorePatterns: [],
    stateDirectory: config.folders.state,
    databases: [config.database],
  });
}

function unreadable(path: string, why: string): CodedError {
  return new CodedError('file-unreadable', `${path} cannot be thought about: ${why}`, { value: path });
}
