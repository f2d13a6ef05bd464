import type { PendingOutput } from '../../../src/contract/output.ts';
import type { Rule, RuleOutput } from '../../../src/contract/rule.ts';
import { sent } from '../../../src/outputs/kinds.ts';
import type { SendContext, SentKind } from '../../../src/outputs/output.ts';
import { createRendering } from '../../../src/outputs/rendering.ts';

const RULE: Rule = {
  name: 'tell',
  version: 'v',
  file: '',
  text: '',
  on: { request: {} },
  mind: { models: ['builtin/extract'], offline: 'hold', schema: null, maxOutputTokens: null, cloud: 'never' },
  outputs: [],
  prompt: '',
};

/** An output of a thought about `/in/a.md` with that answer, as it is planned. */
export function planned(
  kind: SentKind,
  output: Partial<RuleOutput>,
  answer: unknown = 'an answer',
): PendingOutput {
  const event = {
    at: Date.UTC(2026, 10, 1),
    data: { path: '/in/a.md', root: '/in', change: 'added' as const },
  };
  const rendering = createRendering(
    {
      thought: 'abcd',
      rule: RULE,
      event,
      captured: null,
      answer,
      former: [],
      model: 'builtin/extract',
      now: 0,
    },
    'UTC',
  );
  const whole: RuleOutput = { kind, path: '', body: '', ...output };
  const handler = sent(kind);
  return pending(kind, handler.target(whole), handler.compose(whole, rendering));
}

export function pending(kind: SentKind, target: string, content: string): PendingOutput {
  return { position: 1, kind, mode: 'send', wanted: target, target, content, before: null, ledger: null };
}

/** What a sender gets besides; `marks` counts how often it said that it is about to send. */
export function contextOf(more: Partial<SendContext> = {}): SendContext & { marks: number } {
  const { signal } = new AbortController();
  const context = {
    ...{ thought: 'abcd', rule: 'tell', stays: null, signal, marks: 0 },
    async markSent() {
      context.marks += 1;
    },
    ...more,
  };
  return context;
}
