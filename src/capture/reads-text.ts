import type { Rule } from '../contract/rule.ts';

const VERBATIM = 'builtin/verbatim';
/** In a template or anywhere else: a rule that only speaks of them is read for once too often. */
const USED = /\bfile\s*[.[]|\banswer\b/;

/**
 * Whether anything of a rule has a use for the text of its files. One that needs no thinking and goes by names alone is
 * there for files that nobody can read, too, such as archives, and for those that take long to.
 */
export function readsText({ on, mind, outputs, prompt }: Rule): boolean {
  const isVerbatim = mind.models.every((model) => model === VERBATIM);
  if (!isVerbatim || on.file?.containing !== undefined) return true;
  if (outputs.some(({ kind, body }) => kind === 'tasks' && body === '')) return true;
  return outputs.length === 0 || USED.test(JSON.stringify([prompt, outputs]));
}
