import { isRecord } from './json.ts';

/**
 * What went wrong according to a body, or undefined: errors are objects or strings under `error`
 * (lmstudio-bug-tracker), `{"object":"error"}` (vLLM), `{"type":"error"}` (Anthropic), or `detail` and `message`
 * where no answer is.
 */
export function errorIn(value: unknown): unknown {
  if (!isRecord(value)) return undefined;
  if (value['error'] !== undefined && value['error'] !== null && value['error'] !== false)
    return value['error'];
  if (value['object'] === 'error' || value['type'] === 'error') return value;
  if ('choices' in value || 'usage' in value) return undefined;
  const { message } = value;
  // Where it is an object, it is the answer.
  return value['detail'] ?? (typeof message === 'string' ? message : undefined);
}
