import { BUILT_IN_MODELS, BUILT_IN_PROVIDERS, type ConfigValues } from '../contract/config.ts';
import { nearest } from './nearest.ts';

/** Why a rule or the configuration cannot name this model, or null. */
export function modelProblem(
  model: unknown,
  providers: readonly string[],
): { message: string; allowed: string; nearest: string | null } | null {
  // Without a slash it is no model at all, which the schema says.
  if (typeof model !== 'string' || !/.\/./.test(model)) return null;
  const slash = model.indexOf('/');
  const provider = model.slice(0, slash);
  const name = model.slice(slash + 1);
  if (!providers.includes(provider)) {
    return {
      message: `unknown provider ${JSON.stringify(provider)}`,
      allowed: `a model of: ${providers.join(', ')}`,
      nearest: nearest(provider, providers),
    };
  }
  if (provider !== 'builtin' || BUILT_IN_MODELS.some((each) => each === name)) return null;
  return {
    message: `builtin has no model ${JSON.stringify(name)}`,
    allowed: BUILT_IN_MODELS.map((each) => `builtin/${each}`).join(', '),
    nearest: null,
  };
}

/** Every provider a model may name. */
export function providerNames(values: ConfigValues): string[] {
  return [...BUILT_IN_PROVIDERS, ...Object.keys(values.providers)];
}
