import type { ProviderHealth } from '../contract/provider-health.ts';
import type { Rule } from '../contract/rule.ts';
import type { Captured } from './compose.ts';
import { fit } from './fit.ts';
import type { Experience } from './room.ts';
import { type Known, type Needs, type Route, route } from './route.ts';

/** What one thought needs of a model, by what it is about and the prompt that is made of it. */
export function needsOf(about: {
  captured: Captured | null;
  prompt: string;
  rule: Pick<Rule, 'mind'>;
  experience: Experience;
  /** Why it does not leave this machine; null = the rule decides. */
  stays: string | null;
}): Needs {
  const { captured, prompt, rule, experience, stays } = about;
  const { tokens, windows } = experience;
  const isPictures = captured !== null && captured.text.trim() === '' && captured.pictures !== undefined;
  return {
    pictures: isPictures ? (captured.unread ?? 'holds only pictures') : null,
    stays,
    hasRoom(model, told) {
      const room = fit({
        prompt: tokens.atMost(prompt, model),
        frame: 0,
        context: windows.context(model, told),
        maxOutputTokens: rule.mind.maxOutputTokens,
      });
      return room.kind === 'fits';
    },
  };
}

/**
 * The model that is able to think it. Where none has room for all of it, the first that can read it in parts does, or
 * says why it cannot.
 */
export function routeFor(
  mind: Pick<Rule['mind'], 'models' | 'offline' | 'cloud' | 'tools'>,
  healthOf: (provider: string) => ProviderHealth,
  known: Known,
  needs: Needs,
): Route {
  const whole = route(mind, healthOf, known, needs);
  return whole.kind === 'impossible'
    ? route(mind, healthOf, known, { ...needs, hasRoom: () => true })
    : whole;
}
