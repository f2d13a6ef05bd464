import {
  braceExpand,
  escape as escapeGlob,
  Minimatch,
  type MinimatchOptions,
  unescape as unescapeGlob,
} from 'minimatch';
import type { Rule } from './rule.ts';

/** Longest glob pattern, in characters, and most alternatives that its braces may stand for. */
export const GLOB_LIMITS = { length: 1000, alternatives: 100 } as const;

/**
 * `*` and `**` leave dot files alone unless the pattern names the dot. Extended globs (`+(a|b)`) are
 * literal text: file names with parentheses are common, and nested ones are what makes matchers hang.
 */
export const GLOB_OPTIONS: MinimatchOptions = {
  dot: false,
  noext: true,
  nocomment: true,
  nonegate: true,
  normalize: 'NFC',
  platform: 'linux',
  braceExpandMax: GLOB_LIMITS.alternatives + 1,
};

/** A matcher for absolute path texts: true where any of the patterns matches. Both sides are compared in NFC. */
export function compileGlobs(patterns: readonly string[]): (path: string) => boolean {
  const compiled = patterns
    .filter((pattern) => pattern.length <= GLOB_LIMITS.length)
    .map((pattern) => new Minimatch(pattern, GLOB_OPTIONS));
  return (path) => compiled.some((glob) => glob.match(path));
}

/** Whether a rule's `on.file.paths` cover this absolute path text. False for rules that are not about files. */
export function matchesRule(rule: Pick<Rule, 'on'>, path: string): boolean {
  const patterns = rule.on.file?.paths;
  if (patterns === undefined) return false;
  let matches = compiledOnce.get(patterns);
  if (matches === undefined) {
    matches = compileGlobs(patterns);
    compiledOnce.set(patterns, matches);
  }
  return matches(path);
}

/** Remembers the compiled form for as long as a rule's patterns live: attention asks for every event. */
const compiledOnce = new WeakMap<readonly string[], (path: string) => boolean>();

/** The pattern that matches exactly this path text. */
export function globOf(path: string): string {
  return escapeGlob(path, { magicalBraces: true });
}

/** The folder beneath which everything lies that an absolute pattern matches: as much of it as is no pattern. */
export function globBase(pattern: string): string {
  const steps = pattern.split('/');
  const magic = steps.findIndex((step, at) => at === steps.length - 1 || /(?<!\\)[*?[{]/.test(step));
  return unescapeGlob(steps.slice(0, magic).join('/'), { magicalBraces: true }) || '/';
}

/** The patterns that a pattern's braces stand for; one more than the limit where there are too many. */
export function alternatives(pattern: string): string[] {
  return braceExpand(pattern, GLOB_OPTIONS);
}
