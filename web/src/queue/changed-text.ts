import type { ChangeResult } from '../../../src/contract/api.ts';
import { count } from '../../../src/surfaces/cli/phrases.ts';

/** What became of thoughts that were to be changed: `2 thoughts replayed; 1 not: it is done`. */
export function changedText(results: readonly ChangeResult[], done: string): string {
  const good = results.filter(({ ok }) => ok).length;
  const bad = results.filter(({ ok }) => !ok);
  const reasons = [...new Set(bad.map(({ reason }) => reason))];
  const told = [
    good > 0 || bad.length === 0 ? `${count(good, 'thought')} ${done}` : '',
    bad.length > 0 ? `${bad.length} not: ${reasons.slice(0, 3).join('; ')}` : '',
  ];
  return told.filter(Boolean).join('; ');
}
