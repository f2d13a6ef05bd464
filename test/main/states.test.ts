import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import { PROCESSED, THOUGHT_MOVES, THOUGHT_STATES } from '../../src/contract/thought.ts';

describe('the states of a thought', () => {
  it('are drawn in docs/architecture.md as they are in the code', () => {
    const text = readFileSync(new URL('../../docs/architecture.md', import.meta.url), 'utf8');
    const table = text
      .slice(text.indexOf('| from | to |'))
      .split('\n')
      .slice(2, 2 + THOUGHT_STATES.length);
    const drawn = Object.fromEntries(
      table.map((line) => {
        const [, from = '', to = ''] = line.split('|').map((cell) => cell.trim());
        return [from, to === '' ? [] : to.split(', ')];
      }),
    );
    assert.deepEqual(drawn, THOUGHT_MOVES);
  });

  it('all lead to a processed one, and every processed one is reachable', () => {
    const reachable = (from: (typeof THOUGHT_STATES)[number], seen = new Set<string>()): Set<string> => {
      for (const to of THOUGHT_MOVES[from]) if (!seen.has(to)) reachable(to, seen.add(to));
      return seen;
    };
    for (const state of THOUGHT_STATES) {
      assert.ok(PROCESSED.includes(state) || PROCESSED.some((end) => reachable(state).has(end)), state);
    }
    for (const end of PROCESSED) assert.ok(reachable('waiting').has(end), end);
  });
});
