import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { systemClock } from '../../src/base/clock.ts';
import { createSystemRandom } from '../../src/base/random.ts';
import type { Provider, ThinkEvent } from '../../src/contract/provider.ts';
import type { ProviderHealth } from '../../src/contract/provider-health.ts';
import { listen } from '../../src/mind/call.ts';
import { afterProbe, unasked } from '../../src/mind/health-state.ts';
import { heldReason, route } from '../../src/mind/route.ts';
import { readArguments } from '../../src/mind/tools/arguments.ts';
import { CALL } from './scripted-server.ts';

const never = new AbortController().signal;
const NOBODY: ProviderHealth = { state: 'offline', reason: 'away', models: [], loaded: null, checkedAt: 1 };

describe('an answer that was ended before its end', () => {
  const ended = (finish: string) => {
    const provider: Provider = {
      name: 'scripted',
      slots: 1,
      local: true,
      probe: async () => NOBODY,
      async *think(): AsyncGenerator<ThinkEvent> {
        yield { kind: 'text', text: 'The first half of an' };
        yield { kind: 'finished', model: 'm', finish, usage: { inputTokens: 1, outputTokens: 1 } };
      },
    };
    return listen(provider, CALL, systemClock, () => undefined, never);
  };

  for (const [finish, kind] of [
    ['content_filter', 'refused'],
    ['refusal', 'refused'],
    ['abort', 'cut'],
    ['error', 'cut'],
  ] as const) {
    it(`by ${finish} is no answer, and its words are kept`, async () => {
      const { failure, report } = await ended(finish);
      assert.equal(failure?.kind, kind);
      assert.equal(report.raw, 'The first half of an');
    });
  }

  it('is whole where a model stopped by itself', async () => {
    for (const finish of ['stop', 'end_turn', 'eos', 'tool_calls'])
      assert.equal((await ended(finish)).failure, null);
  });
});

describe('arguments of a tool', () => {
  it('are not held up by the regular expression of a stranger’s schema', () => {
    const schema = { properties: { name: { type: 'string', pattern: '^(a+)+$' } }, required: ['name'] };
    const text = JSON.stringify({ name: `${'a'.repeat(34)}!` });
    // With the pattern this takes minutes, and the test its time.
    assert.equal(readArguments(text, 'greet', schema).ok, true);
  });

  it('are mended where models break them in known ways, and checked then', () => {
    const schema = { properties: { path: { type: 'string' } }, required: ['path'] };
    for (const text of [
      '{"path": "a.md",}',
      "{'path': 'a.md'}",
      '```json\n{"path":"a.md"}\n```',
      '"{\\"path\\":\\"a.md\\"}"',
      '{"name":"read_file","arguments":{"path":"a.md"}}',
    ])
      assert.deepEqual(readArguments(text, 'read_file', schema), { ok: true, args: { path: 'a.md' } }, text);
    assert.deepEqual(readArguments('{"path": 7}', 'read_file', schema).ok, false);
    assert.deepEqual(readArguments('', 'now', { properties: {} }), { ok: true, args: {} });
  });
});

describe('what a server was able to', () => {
  const now = { wall: 1, monotonic: 1 };
  const seeing = { ...NOBODY, state: 'online' as const, reason: '', abilities: { llava: { vision: true } } };

  it('is remembered while it is away', () => {
    const random = createSystemRandom();
    const online = afterProbe(unasked(now), seeing, now, random);
    const away = afterProbe(online, NOBODY, now, random);
    assert.deepEqual([away.health.state, away.health.abilities], ['offline', seeing.abilities]);
  });

  it('is not taken for nothing before it has ever told', () => {
    const found = route(
      { models: ['box/llava'], offline: 'hold', cloud: 'never' },
      () => NOBODY,
      new Map([['box', { local: true }]]),
      { pictures: 'is a PNG image', stays: null, hasRoom: () => true },
    );
    assert.equal(found.kind, 'held');
  });
});

describe('a server with nothing loaded', () => {
  const idle = {
    ...NOBODY,
    state: 'loading' as const,
    reason: 'nothing is loaded',
    models: ['qwen'],
    noneLoaded: true as const,
  };

  it('is asked for a model by its name, which loads it, and for nothing else', () => {
    assert.equal(heldReason(idle, 'lmstudio', 'qwen'), null);
    assert.equal(heldReason(idle, 'lmstudio', 'local-model'), 'nothing is loaded');
    assert.equal(heldReason(idle, 'lmstudio', 'another'), 'nothing is loaded');
  });
});
