import { systemClock } from '../../src/base/clock.ts';
import { createExperience } from '../../src/mind/reason.ts';
import type { MindOptions } from '../../src/mind/worker.ts';

/** What a mind needs for calls that leave the machine and for tools, where a test has neither. */
export function stayingAtHome(): Pick<
  MindOptions,
  'costOf' | 'onAttempt' | 'secrets' | 'onBudget' | 'staysHere' | 'toolsFor' | 'experience'
> {
  return {
    costOf: () => ({
      caps: { tokensPerDay: null, tokensPerThought: null, moneyPerDay: null, moneyPerThought: null },
      inputPrice: 0,
      outputPrice: 0,
    }),
    secrets: () => new Map(),
    onBudget: () => undefined,
    staysHere: () => null,
    toolsFor: async () => [],
    onAttempt: () => undefined,
    experience: createExperience(systemClock),
  };
}
