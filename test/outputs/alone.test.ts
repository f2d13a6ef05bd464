import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { createAlone } from '../../src/outputs/alone.ts';

describe('outputs of one path', () => {
  it('are applied one at a time, also where one replaces what another wants, and never wait for each other', async () => {
    const alone = createAlone();
    let running = 0;
    let most = 0;
    const task = async () => {
      running += 1;
      most = Math.max(most, running);
      await new Promise(setImmediate);
      running -= 1;
    };
    await Promise.all([
      alone({ wanted: '/n/a.md', target: '/n/a-2.md' }, task),
      alone({ wanted: '/n/a-2.md', target: '/n/a-2.md' }, task),
      alone({ wanted: '/n/a-2.md', target: '/n/a.md' }, task),
      alone({ wanted: '/n/a-2.md', target: '/n/a-2-2.md' }, task),
    ]);
    assert.equal(most, 1);
  });

  it('of different paths are applied together', async () => {
    const alone = createAlone();
    const { promise, resolve } = Promise.withResolvers<void>();
    await Promise.all([
      alone({ wanted: '/n/a', target: '/n/a' }, () => promise),
      alone({ wanted: '/n/b', target: '/n/b' }, async () => resolve()),
    ]);
  });
});
