import path from 'node:path';
import { Minimatch, unescape as unescapeGlob } from 'minimatch';
import { fromFs } from '../base/path-text.ts';
import { alternatives, GLOB_LIMITS, GLOB_OPTIONS, globOf } from '../contract/glob.ts';
import { isWithin, USER_PATH } from './user-path.ts';

export interface PathProblem {
  message: string;
  allowed: string;
}

export type Resolved<T> = { ok: true; value: T } | ({ ok: false } & PathProblem);

/** A glob as written in a rule, as absolute patterns: `~` resolved, a relative one once for each watched root. */
export function resolveGlob(pattern: string, roots: readonly string[], homedir: string): Resolved<string[]> {
  if (pattern.length > GLOB_LIMITS.length) {
    return no('too long', `at most ${GLOB_LIMITS.length} characters`);
  }
  if (pattern.startsWith('!'))
    return no('an exclusion', 'what to match; what to leave out goes into ignore_patterns');
  if (roots.length === 0) return no('no folder is watched', 'folders in file_watcher.watch_paths');
  const absolute = absolutePatterns(pattern, roots, homedir);
  if (absolute === null)
    return no("another user's home folder", 'a glob: absolute, ~/, or relative to a watched root');
  for (const each of absolute) {
    const all = alternatives(each);
    if (all.length > GLOB_LIMITS.alternatives)
      return no('too many braces', `at most ${GLOB_LIMITS.alternatives} alternatives`);
    for (const one of all) {
      const problem = alternativeProblem(one, roots);
      if (problem !== null) return { ok: false, ...problem };
    }
  }
  return { ok: true, value: absolute };
}

/** The source of an output's path with `~` resolved, if what is literal in it lies in an output root. */
export function resolveOutputPath(
  source: string,
  outputRoots: readonly string[],
  homedir: string,
): Resolved<string> {
  const trimmed = source.trim();
  const absolute = trimmed === '~' || trimmed.startsWith('~/') ? homedir + trimmed.slice(1) : trimmed;
  if (outputRoots.length === 0) return no('nothing may be written', 'folders in output_roots');
  if (!absolute.startsWith('/')) return no('not an absolute path', `${USER_PATH}, with its folder spelt out`);
  if (absolute.endsWith('/')) return no('a folder', 'a file');
  const literal = absolute.slice(0, (absolute.search(/\{[{%]/) + 1 || absolute.length + 1) - 1);
  const folder = path.posix.normalize(literal.slice(0, literal.lastIndexOf('/') + 1));
  const text = fromFs(folder.length > 1 ? folder.replace(/\/$/, '') : folder);
  if (outputRoots.some((root) => isWithin(text, root))) return { ok: true, value: absolute };
  return no('outside every output root', `a path in: ${outputRoots.join(', ')}`);
}

function absolutePatterns(pattern: string, roots: readonly string[], homedir: string): string[] | null {
  if (pattern.startsWith('/')) return [pattern];
  if (pattern === '~' || pattern.startsWith('~/')) return [globOf(fromFs(homedir)) + pattern.slice(1)];
  if (pattern.startsWith('~')) return null;
  return roots.map((root) => `${globOf(root)}/${pattern.replace(/^(\.\/)+/, '')}`);
}

function alternativeProblem(pattern: string, roots: readonly string[]): PathProblem | null {
  if (pattern.split('/').includes('..')) return { message: '".." in a glob', allowed: 'the folder itself' };
  const plain = unescapeGlob(pattern, { magicalBraces: true }).replace(/\/+$/, '');
  if (pattern.endsWith('/') || roots.includes(plain)) {
    return { message: 'a folder, and rules are about files', allowed: `${plain}/**` };
  }
  const overlaps = new Minimatch(pattern, { ...GLOB_OPTIONS, partial: true });
  if (roots.some((root) => overlaps.match(root))) return null;
  return { message: 'outside every watched root', allowed: `a glob in: ${roots.join(', ')}` };
}

function no(message: string, allowed: string): { ok: false } & PathProblem {
  return { ok: false, message, allowed };
}
