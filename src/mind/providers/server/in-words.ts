import type { ThinkCall } from '../../../contract/provider.ts';

/** A call whose schema stands in its prompt, for servers that do not hold a model to one. */
export function inWords(call: ThinkCall): ThinkCall {
  if (call.schema === null) return call;
  const prompt = [
    call.prompt,
    '',
    'Answer with one JSON value that satisfies this JSON Schema, and with nothing else: no explanation, no code fence.',
    JSON.stringify(call.schema),
  ].join('\n');
  return { ...call, prompt };
}
