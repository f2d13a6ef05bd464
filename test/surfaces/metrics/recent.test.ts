import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { AttemptTold } from '../../../src/mind/report.ts';
import { createRecent } from '../../../src/surfaces/metrics/recent.ts';

function told(provider: string, firstTokenMs: number | null, totalMs: number, tokens: number): AttemptTold {
  const call = { model: 'm', firstTokenMs, totalMs, inputTokens: 1, outputTokens: tokens, raw: null };
  return { provider, model: 'm', outcome: 'answered', call };
}

describe('how fast a provider is', () => {
  it('is the median of its answers; failures and other providers do not count', () => {
    const recent = createRecent([]);
    const attempts = [told('box', 100, 1100, 10), told('box', 300, 1300, 30), told('box', 200, 1200, 20)];
    for (const attempt of [
      ...attempts,
      told('other', 5000, 6000, 1),
      { ...told('box', 9, 9, 9), outcome: 'failed' },
      { ...told('box', 9, 9, 9), outcome: 'reused' },
    ])
      recent.attempt(attempt);
    assert.deepEqual(recent.of('box'), { answers: 3, firstTokenMs: 200, tokensPerSecond: 20 });
    assert.deepEqual(recent.of('away'), { answers: 0, firstTokenMs: null, tokensPerSecond: null });
  });

  it('forgets what is long ago, and says nothing where nothing tells', () => {
    const recent = createRecent([]);
    recent.attempt(told('box', 9000, 9001, 1));
    for (let at = 0; at < 20; at += 1) recent.attempt(told('box', null, 100, 10));
    assert.deepEqual(recent.of('box'), { answers: 20, firstTokenMs: null, tokensPerSecond: null });
  });

  it('knows what was answered before the start', () => {
    const call = { firstTokenMs: 10, totalMs: 110, outputTokens: 2 };
    const recent = createRecent([{ provider: 'box', ...call }]);
    assert.deepEqual(recent.of('box'), { answers: 1, firstTokenMs: 10, tokensPerSecond: 20 });
  });
});
