import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { HoldView } from '../../src/contract/status-view.ts';
import { heldBy } from '../../web/src/now/held-by.ts';
import { awaited, moodOf } from '../../web/src/now/mood.ts';
import { changedText } from '../../web/src/queue/changed-text.ts';
import { grouped, matching, settingsOf } from '../../web/src/settings/settings-list.ts';

const NONE = { waiting: 0, oldest: null };
const QUEUE = { waiting: 0, ready: 0, running: 0, answered: 0, proposed: 0, done: 9, dead: 0, cancelled: 0 };
const hold = (what: HoldView['what'], name: string): HoldView => ({
  ...{ what, name, reason: `${name} is away`, since: '', thoughts: 2 },
});

describe("the dashboard's words", () => {
  it('say how it is', () => {
    assert.equal(moodOf({ queue: QUEUE, holds: [], proposals: NONE, ready: true }), 'nothing to do just now');
    assert.match(moodOf({ queue: QUEUE, holds: [], proposals: NONE, ready: false }), /looking around/);
    const queue = { ...QUEUE, running: 1, ready: 5 };
    assert.equal(
      moodOf({ queue, holds: [hold('provider', 'box')], proposals: { ...NONE, waiting: 2 }, ready: true }),
      '1 being thought, 3 to come, 2 thoughts held, 2 outputs waiting for you',
    );
    assert.deepEqual(awaited({ queue, holds: [hold('provider', 'box')] }), { held: 2, toCome: 3 });
  });

  it('say why a rule is held: everything, itself, or the provider of its first model', () => {
    const rules = [
      { name: 'inbox', version: '', wokenBy: '', paths: [], models: ['box/a', 'lm/b'], problem: null },
    ];
    const why = (...holds: HoldView[]) => heldBy('inbox', { holds, rules });
    assert.equal(why(hold('all', 'rules')), 'rules is away');
    assert.equal(why(hold('rule', 'inbox')), 'inbox is away');
    assert.equal(why(hold('provider', 'box')), 'box is away');
    assert.equal(why(hold('provider', 'lm'), hold('rule', 'notes')), null);
  });

  it('say what became of thoughts that were changed, and why of those that were not', () => {
    const ok = { id: '1', ok: true, state: 'ready' as const, reason: '' };
    const no = { id: '2', ok: false, state: 'done' as const, reason: 'it is done' };
    assert.equal(changedText([ok], 'replayed'), '1 thought replayed');
    assert.equal(changedText([ok, ok, no, no], 'replayed'), '2 thoughts replayed; 2 not: it is done');
    assert.equal(changedText([no], 'replayed'), '1 not: it is done');
    assert.equal(changedText([], 'replayed'), '0 thoughts replayed');
  });
});

describe('the settings', () => {
  const view = {
    values: {
      http: { port: 4747 },
      providers: { box: { slots: 2, load: {} } },
      log_level: 'INFO',
      roots: ['~/a', '~/b'],
    },
    sources: {
      ...{
        'http.port': 'default',
        'providers.box.slots': '/c/config.yaml:6',
        'providers.box.load': 'default',
      },
      ...{ log_level: 'CONSCIOUSNESS_LOG_LEVEL', roots: 'default' },
    },
  };

  it('are listed by their dotted keys, each with where it comes from', () => {
    assert.deepEqual(
      settingsOf(view).map(({ key, source, isDefault }) => [key, source, isDefault]),
      [
        ['http.port', 'default', true],
        ['providers.box.slots', '/c/config.yaml:6', false],
        ['providers.box.load', 'default', true],
        ['log_level', 'CONSCIOUSNESS_LOG_LEVEL', false],
        ['roots', 'default', true],
      ],
    );
    assert.deepEqual(
      grouped(settingsOf(view)).map(({ name, settings }) => [name, settings.length]),
      [
        ['http', 1],
        ['providers', 2],
        ['', 2],
      ],
    );
  });

  it('are found by key, value and source', () => {
    const found = (search: string) => matching(settingsOf(view), search).map(({ key }) => key);
    assert.deepEqual(found('BOX slots'), ['providers.box.slots']);
    assert.deepEqual(found('4747'), ['http.port']);
    assert.deepEqual(found('config.yaml'), ['providers.box.slots']);
    assert.deepEqual(found('nothing like that'), []);
  });
});
