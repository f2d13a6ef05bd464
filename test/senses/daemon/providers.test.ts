import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import {
  changesOf,
  type Lately,
  type ProviderStanding,
  type SeenProvider,
} from '../../../src/senses/daemon/providers.ts';

type State = SeenProvider['state'];

/** Looks at one provider each five seconds; what was told, with the second since when it was so. */
function watch(states: readonly State[], restartAt = -1): string[] {
  let standing: Record<string, ProviderStanding> = {};
  let lately: Lately = new Map();
  return states.flatMap((state, look) => {
    if (look === restartAt) lately = new Map();
    const now = { wall: look * 5000, monotonic: look * 5000 };
    const looked = changesOf(standing, lately, [{ name: 'lmstudio', state, reason: 'gone' }], now);
    standing = looked.standing;
    return looked.changes.map((change) => `${change.state} since ${change.since / 1000}`);
  });
}

const seconds = (state: State, of: number) => Array<State>(of / 5).fill(state);

describe('what is told of providers', () => {
  it('is that one went down or came back, once each, after it stayed so for half a minute', () => {
    const told = watch([...seconds('online', 60), ...seconds('offline', 120), ...seconds('online', 120)]);
    assert.deepEqual(told, ['down since 60', 'up since 180']);
  });

  it('is not a restart of its server, nor that it loads a model or has too much to do', () => {
    assert.deepEqual(
      watch([...seconds('online', 60), ...seconds('offline', 25), ...seconds('online', 60)]),
      [],
    );
    assert.deepEqual(
      watch([...seconds('online', 60), ...seconds('loading', 60), ...seconds('overloaded', 60)]),
      [],
    );
  });

  it('is not how it was found', () => {
    assert.deepEqual(watch(seconds('offline', 600)), []);
    assert.deepEqual(watch([...seconds('offline', 60), ...seconds('online', 60)]), ['up since 60']);
  });

  it('is told also where it went down while no daemon ran', () => {
    assert.deepEqual(
      watch([...seconds('online', 60), ...seconds('unknown', 5), ...seconds('broken', 60)], 12),
      ['down since 65'],
    );
  });

  it('is told of one that flaps every ten minutes at most, whatever it does', () => {
    const run = fc.tuple(
      fc.constantFrom<State>('online', 'offline', 'broken'),
      fc.integer({ min: 1, max: 40 }),
    );
    fc.assert(
      fc.property(fc.array(run, { maxLength: 60 }), (runs) => {
        const states = runs.flatMap(([state, looks]) => Array<State>(looks).fill(state));
        const told = watch(states);
        const downs = told.filter((each) => each.startsWith('down')).length;
        assert.ok(downs <= 1 + (states.length * 5) / 600, `${downs} in ${states.length * 5} s`);
        for (const [index, each] of told.entries())
          assert.notEqual(each.split(' ')[0], told[index - 1]?.split(' ')[0]);
      }),
    );
  });
});
