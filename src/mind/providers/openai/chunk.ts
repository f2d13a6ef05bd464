import type { Usage } from '../../../contract/thought-view.ts';
import type { CallPart, Chunk } from '../protocol.ts';
import { isRecord } from '../server/json.ts';

/**
 * Reads a parsed chunk. Missing `choices` (usage chunks), null contents, contents as parts, and reasoning named
 * `reasoning_content` (LM Studio, llama.cpp, DeepSeek) or `reasoning` (Ollama, vLLM) are all normal.
 */
export function readChunk(value: Record<string, unknown>): Chunk {
  const choice: unknown = Array.isArray(value['choices']) ? value['choices'][0] : undefined;
  const said = isRecord(choice) ? (choice['delta'] ?? choice['message']) : undefined;
  const delta = isRecord(said) ? said : {};
  const text = wordsOf(delta['content']);
  const reasoning = wordsOf(delta['reasoning_content'] ?? delta['reasoning']);
  const calls = partsOf(delta['tool_calls']);
  return {
    text,
    reasoning,
    calls,
    progress: text !== '' || reasoning !== '' || calls.length > 0,
    finish: isRecord(choice) ? stringOf(choice['finish_reason']) : null,
    usage: usageOf(value['usage']),
    model: stringOf(value['model']),
    done: false,
  };
}

/** Calls of tools come in parts, by index; some servers leave the index out, or the id (lmstudio-bug-tracker #830, #942). */
function partsOf(calls: unknown): CallPart[] {
  if (!Array.isArray(calls)) return [];
  return calls.filter(isRecord).map((call) => {
    const asked = isRecord(call['function']) ? call['function'] : {};
    const given = asked['arguments'];
    return {
      place: typeof call['index'] === 'number' ? call['index'] : null,
      id: stringOf(call['id']) ?? '',
      name: stringOf(asked['name']) ?? '',
      arguments: typeof given === 'string' ? given : given === undefined ? '' : JSON.stringify(given),
    };
  });
}

function wordsOf(content: unknown): string {
  if (typeof content === 'string') return content;
  if (!Array.isArray(content)) return '';
  return content
    .map((part: unknown) => (isRecord(part) && typeof part['text'] === 'string' ? part['text'] : ''))
    .join('');
}

function usageOf(usage: unknown): Usage | null {
  if (!isRecord(usage)) return null;
  return { inputTokens: countOf(usage['prompt_tokens']), outputTokens: countOf(usage['completion_tokens']) };
}

function countOf(value: unknown): number | null {
  return typeof value === 'number' && Number.isFinite(value) ? value : null;
}

function stringOf(value: unknown): string | null {
  return typeof value === 'string' && value !== '' ? value : null;
}
