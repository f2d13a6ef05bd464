import type { RuleView } from '../../../src/contract/api.ts';

/** How a rule stands, in a word: what stands in its way goes before that it is in force. */
export function standingOf({ state, held }: Pick<RuleView, 'state' | 'held'>): { of: string; word: string } {
  if (state === 'refused') return { of: 'refused', word: 'refused' };
  if (state === 'paused') return { of: 'paused', word: 'paused' };
  return held === null ? { of: 'in-force', word: 'in force' } : { of: 'held', word: 'held' };
}

/** Its thoughts by what they need: something, nothing, or somebody. */
export function sumsOf({ thoughts }: Pick<RuleView, 'thoughts'>): {
  done: number;
  open: number;
  dead: number;
  all: number;
} {
  const all = Object.values(thoughts).reduce((sum, number) => sum + number, 0);
  const { done, dead, cancelled } = thoughts;
  return { done, dead, open: all - done - dead - cancelled, all };
}
