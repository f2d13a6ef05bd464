import type { Usage } from '../../../contract/provider.ts';
import { isRecord } from './json.ts';

/** One streamed chunk, or a whole answer that came unstreamed, with the servers' dialects ironed out. */
export interface Chunk {
  text: string;
  reasoning: string;
  /** Something was generated, also where it is neither text nor reasoning (a tool call). */
  progress: boolean;
  finish: string | null;
  usage: Usage | null;
  model: string | null;
}

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
  const calls = delta['tool_calls'];
  return {
    text,
    reasoning,
    progress: text !== '' || reasoning !== '' || (Array.isArray(calls) && calls.length > 0),
    finish: isRecord(choice) ? stringOf(choice['finish_reason']) : null,
    usage: usageOf(value['usage']),
    model: stringOf(value['model']),
  };
}

/**
 * What went wrong according to a body, or undefined: errors are objects or strings under `error`
 * (lmstudio-bug-tracker), `{"object":"error"}` (vLLM), or `detail` and `message` where no answer is.
 */
export function errorIn(value: unknown): unknown {
  if (!isRecord(value)) return undefined;
  if (value['error'] !== undefined && value['error'] !== null && value['error'] !== false)
    return value['error'];
  if (value['object'] === 'error') return value;
  if ('choices' in value || 'usage' in value) return undefined;
  return value['detail'] ?? value['message'] ?? undefined;
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
