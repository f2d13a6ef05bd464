import path from 'node:path';
import { fromFs } from '../base/path-text.ts';
import { BUILT_IN_PROVIDERS, DEFAULT_DATABASE, type Folders } from '../contract/config.ts';
import type { ConfigProblem } from '../contract/problem.ts';
import type { Origin } from './issues.ts';
import { dotted, isMap, type KeyPath, listAt, valueAt } from './key-path.ts';
import { modelProblem } from './model-name.ts';
import { nearest } from './nearest.ts';
import { credentialsIn, masked } from './secret.ts';
import { isWithin, resolveUserPath, USER_PATH } from './user-path.ts';
import { checkWebhooks } from './webhooks.ts';

export interface ResolveQuestion {
  /** The merged settings as written: they may still be wrong, and what is wrong by itself is passed over here. */
  input: unknown;
  folders: Folders;
  homedir: string;
  origin(path: KeyPath, part: 'key' | 'value'): Origin;
}

export interface ResolvedPaths {
  /** With the position in `watch_paths`. */
  roots: { path: string; index: number }[];
  outputRoots: string[];
  database: string;
}

type Report = (
  path: KeyPath,
  value: unknown,
  facts: { message: string; allowed?: string; nearest?: string | null },
) => void;

/** Makes paths absolute and checks what no single value shows: that names, folders and providers fit together. */
export function resolveConfig(question: ResolveQuestion): {
  paths: ResolvedPaths;
  problems: ConfigProblem[];
} {
  const { input, folders, homedir } = question;
  const problems: ConfigProblem[] = [];
  const report: Report = (at, value, facts) =>
    problems.push({
      ...question.origin(at, 'value'),
      key: dotted(at),
      value: masked(at, value),
      message: facts.message,
      allowed: facts.allowed ?? null,
      nearest: facts.nearest ?? null,
      severity: 'error',
    });
  checkTimezone(valueAt(input, ['timezone']), report);
  checkProviders(input, report);
  checkWebhooks(input, report);
  const text = valueAt(input, ['db_path']);
  const paths = {
    roots: rootsOf(input, homedir, folders, report),
    outputRoots: outputRootsOf(input, homedir, folders, report),
    database: databaseOf(text, folders.state, homedir, report),
  };
  checkDatabase(text, paths, report);
  return { paths, problems };
}

function rootsOf(input: unknown, homedir: string, folders: Folders, report: Report): ResolvedPaths['roots'] {
  const roots: ResolvedPaths['roots'] = [];
  const key: KeyPath = ['file_watcher', 'watch_paths'];
  listAt(input, key).forEach((root, index) => {
    const at: KeyPath = [...key, index, ...(isMap(root) ? ['path'] : [])];
    const text = isMap(root) ? root['path'] : root;
    const folder = folderOf(at, text, homedir, report);
    if (folder === null) return;
    const other = roots.find((each) => isWithin(folder, each.path) || isWithin(each.path, folder));
    if (other !== undefined) {
      // Two roots over one file would make two events, and two thoughts, of every change to it.
      const allowed = 'folders that do not contain each other';
      report(at, text, { message: `overlaps with ${other.path}`, allowed });
    } else if (isWithin(folders.config, folder) || isWithin(folder, folders.rules)) {
      // Whoever may drop a file there could write rules, and a rule that is saved would wake rules.
      const allowed = 'folders that do not hold config.yaml and the rules';
      const own = isWithin(folders.config, folder) ? folders.config : folders.rules;
      report(at, text, { message: `overlaps with the configuration (${own})`, allowed });
    } else roots.push({ path: folder, index });
  });
  return roots;
}

function outputRootsOf(input: unknown, homedir: string, folders: Folders, report: Report): string[] {
  const roots: string[] = [];
  listAt(input, ['output_roots']).forEach((text, index) => {
    const at: KeyPath = ['output_roots', index];
    const folder = folderOf(at, text, homedir, report);
    if (folder === null) return;
    const within = [folders.rules, folders.state, folders.logs].find((own) => isWithin(folder, own));
    const own = isWithin(folders.config, folder) ? folders.config : within;
    const around = [folders.state, folders.logs].find((each) => isWithin(each, folder));
    const message = `overlaps with the daemon's own files (${own ?? around})`;
    // A model's words must never become a rule, a setting or a row of the database.
    if (own !== undefined || around !== undefined) report(at, text, { message, allowed: 'another folder' });
    else if (!roots.includes(folder)) roots.push(folder);
  });
  return roots;
}

function folderOf(at: KeyPath, text: unknown, homedir: string, report: Report): string | null {
  if (typeof text !== 'string' || text === '') return null;
  const resolved = resolveUserPath(text, homedir);
  if (!resolved.ok) {
    report(at, text, { message: resolved.message, allowed: USER_PATH });
    return null;
  }
  if (resolved.path !== '/') return resolved.path;
  report(at, text, { message: 'the whole file system', allowed: 'a folder' });
  return null;
}

function checkTimezone(timezone: unknown, report: Report): void {
  if (typeof timezone !== 'string' || timezone === '' || timezone === 'system') return;
  try {
    new Intl.DateTimeFormat('en-US', { timeZone: timezone });
  } catch {
    report(['timezone'], timezone, {
      message: 'unknown time zone',
      allowed: 'system, or an IANA name such as Europe/Berlin',
      nearest: nearest(timezone, Intl.supportedValuesOf('timeZone')),
    });
  }
}

function checkProviders(input: unknown, report: Report): void {
  const providers = valueAt(input, ['providers']);
  const own = isMap(providers) ? Object.keys(providers) : [];
  for (const name of own) {
    if (BUILT_IN_PROVIDERS.some((each) => each === name)) {
      report(['providers', name], undefined, {
        message: 'this name is taken',
        allowed: name === 'lmstudio' ? 'the key lm_studio for LM Studio, or another name' : 'another name',
      });
    }
    checkAddress(['providers', name, 'base_url'], input, report);
    checkMoney(name, input, report);
  }
  checkAddress(['lm_studio', 'base_url'], input, report);
  const known = [...new Set([...BUILT_IN_PROVIDERS, ...own])];
  const embeddings = modelProblem(valueAt(input, ['embeddings', 'model']), known);
  if (embeddings !== null)
    report(['embeddings', 'model'], valueAt(input, ['embeddings', 'model']), embeddings);
  listAt(input, ['default_models']).forEach((model, index) => {
    const problem = modelProblem(model, known);
    if (problem !== null) report(['default_models', index], model, problem);
  });
}

/** Without prices nobody can say what a call costs. */
function checkMoney(name: string, input: unknown, report: Report): void {
  if (valueAt(input, ['providers', name, 'prices']) !== undefined) return;
  for (const key of ['money_per_day', 'money_per_thought']) {
    const at = ['providers', name, 'budget', key];
    const value = valueAt(input, at);
    if (value !== undefined)
      report(at, value, {
        message: 'a cap of money without prices',
        allowed: 'with `prices: { input, output }` beside it',
      });
  }
}

function checkAddress(at: KeyPath, input: unknown, report: Report): void {
  const address = valueAt(input, at);
  if (typeof address !== 'string' || credentialsIn(address) === null) return;
  report(at, address, {
    message: 'a user name or password in an address',
    allowed: 'the address alone; a key goes into api_key, from the environment or .env',
  });
}

function databaseOf(text: unknown, state: string, homedir: string, report: Report): string {
  if (typeof text !== 'string') return '';
  if (!/^[/~]/.test(text)) return path.posix.join(state, fromFs(text));
  const resolved = resolveUserPath(text, homedir);
  if (resolved.ok) return resolved.path;
  const allowed = 'a file name in the state directory, or an absolute path';
  report(['db_path'], text, { message: resolved.message, allowed });
  return '';
}

/** A watched database would wake rules with every thought, and one among outputs could be written over. */
function checkDatabase(text: unknown, { database, roots, outputRoots }: ResolvedPaths, report: Report): void {
  if (database === '') return;
  const watched = roots.find((root) => isWithin(database, root.path))?.path;
  const written = outputRoots.find((root) => isWithin(database, root));
  if (watched === undefined && written === undefined) return;
  const where = watched === undefined ? `the output root ${written}` : `the watched folder ${watched}`;
  report(['db_path'], text, {
    message: `lies in ${where}`,
    allowed: `a file outside watched folders and output roots: move it, or leave ${DEFAULT_DATABASE} in the state directory`,
  });
}
