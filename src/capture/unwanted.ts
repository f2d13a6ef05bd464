import { createGuardedRegex, type GuardedRegex } from '../base/guarded-regex.ts';
import type { Rule } from '../contract/rule.ts';

/** Why a rule does not want a text that was captured for it; null where it does, or where that cannot be told in time. */
export function whyUnwanted(rule: Rule | undefined, text: string): string | null {
  const source = rule?.on.file?.containing;
  if (source === undefined) return null;
  const asked = regexFor(source).test([text]);
  if (asked.kind === 'too-slow' || asked.matched[0] === true) return null;
  return `nothing in it matches what its rule looks for: ${source}`;
}

const compiled = new Map<string, GuardedRegex>();
const MOST_COMPILED = 100;

function regexFor(source: string): GuardedRegex {
  const known = compiled.get(source);
  if (known !== undefined) return known;
  if (compiled.size >= MOST_COMPILED) compiled.clear();
  const fresh = createGuardedRegex(source, 'm');
  compiled.set(source, fresh);
  return fresh;
}
