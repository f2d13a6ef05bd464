import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { ProviderHealth, ProviderState } from '../../src/contract/provider-health.ts';
import type { Rule } from '../../src/contract/rule.ts';
import { route } from '../../src/mind/route.ts';

const KNOWN = new Map([
  ['lmstudio', { local: true }],
  ['builtin', { local: true }],
  ['remote', { local: false }],
]);

function mind(models: string[], more: Partial<Rule['mind']> = {}): Rule['mind'] {
  return { models, offline: 'hold', schema: null, maxOutputTokens: null, cloud: 'never', ...more };
}

function healthy(states: Record<string, ProviderState>): (name: string) => ProviderHealth {
  return (name) => {
    const state = states[name] ?? 'online';
    return {
      state,
      reason: state === 'online' ? '' : `${name} is down`,
      models: [],
      loaded: null,
      checkedAt: null,
    };
  };
}

describe('routing a thought', () => {
  it('goes to the first model of the rule', () => {
    const found = route(mind(['lmstudio/qwen/qwen3-8b', 'builtin/extract']), healthy({}), KNOWN);
    assert.deepEqual(found, { kind: 'go', provider: 'lmstudio', model: 'qwen/qwen3-8b' });
  });

  for (const state of ['offline', 'loading', 'overloaded', 'unknown'] as const) {
    it(`waits for the first while it is ${state}`, () => {
      const found = route(mind(['lmstudio/a', 'builtin/extract']), healthy({ lmstudio: state }), KNOWN);
      assert.deepEqual(found, { kind: 'held', provider: 'lmstudio', model: 'a', reason: 'lmstudio is down' });
    });
  }

  it('waits for a model that the server lacks, and takes its others, or the next where the rule says so', () => {
    const lacking = (name: string) => ({ ...healthy({})(name), missing: ['a'] });
    assert.deepEqual(route(mind(['lmstudio/a']), lacking, KNOWN), {
      kind: 'held',
      provider: 'lmstudio',
      model: 'a',
      reason: 'lmstudio has no model a: load it there, or name another one in the rule',
    });
    assert.equal(route(mind(['lmstudio/b']), lacking, KNOWN).kind, 'go');
    const next = route(mind(['lmstudio/a', 'lmstudio/b'], { offline: 'next' }), lacking, KNOWN);
    assert.deepEqual(next, { kind: 'go', provider: 'lmstudio', model: 'b' });
  });

  it('takes the next one where the rule says so', () => {
    const found = route(
      mind(['lmstudio/a', 'builtin/extract'], { offline: 'next' }),
      healthy({ lmstudio: 'offline' }),
      KNOWN,
    );
    assert.deepEqual(found, { kind: 'go', provider: 'builtin', model: 'extract' });
  });

  it('waits for the first when none of them is online', () => {
    const down = healthy({ lmstudio: 'loading', builtin: 'offline' });
    const found = route(mind(['lmstudio/a', 'builtin/extract'], { offline: 'next' }), down, KNOWN);
    assert.deepEqual(found, { kind: 'held', provider: 'lmstudio', model: 'a', reason: 'lmstudio is down' });
  });

  it('passes over a provider that nobody configured', () => {
    const found = route(mind(['gone/a', 'builtin/extract']), healthy({}), KNOWN);
    assert.deepEqual(found, { kind: 'go', provider: 'builtin', model: 'extract' });
  });

  it('never leaves the machine unless the rule allows it', () => {
    const asked = mind(['remote/big', 'lmstudio/a'], { offline: 'next' });
    assert.deepEqual(route(asked, healthy({}), KNOWN), { kind: 'go', provider: 'lmstudio', model: 'a' });
    assert.equal(route(asked, healthy({ lmstudio: 'offline' }), KNOWN).kind, 'held');
    assert.equal(route(mind(['remote/big']), healthy({}), KNOWN).kind, 'impossible');
    const allowed = mind(['remote/big'], { cloud: 'allow' });
    assert.deepEqual(route(allowed, healthy({}), KNOWN), { kind: 'go', provider: 'remote', model: 'big' });
  });

  it('says of each model why none can ever think it', () => {
    const found = route(mind(['gone/a', 'remote/big']), healthy({}), KNOWN);
    assert.deepEqual(found, {
      kind: 'impossible',
      reason:
        'no provider is named gone (there are: lmstudio, builtin, remote); remote is not local, and the rule does not say cloud: allow',
    });
  });
});
