import type { ThinkCall } from '../../../contract/provider.ts';
import { type Chunk, NO_CHUNK, type Protocol } from '../protocol.ts';
import { isRecord, objectIn, stringIn } from '../server/json.ts';
import { closed } from './closed.ts';

/** The API must be told how long an answer may be. */
const DEFAULT_OUTPUT = 8192;

/**
 * Anthropic's Messages API. Sampling parameters are never sent: from version 2026-10-21 on it refuses them, and what
 * a rule says of them is meant for small models.
 */
export const anthropicMessages: Protocol = {
  path: '/messages',
  headers: (apiKey) => ({
    'anthropic-version': '2023-06-01',
    ...(apiKey === '' ? {} : { 'x-api-key': apiKey }),
  }),
  body: (call, model, grammar) => ({
    model,
    max_tokens: call.maxOutputTokens ?? DEFAULT_OUTPUT,
    messages: messagesOf(call),
    stream: true,
    ...toolsOf(call),
    ...(call.schema === null || !grammar
      ? {}
      : { output_config: { format: { type: 'json_schema', schema: closed(call.schema) } } }),
  }),
  reader: createReader,
  frames: 'events',
};

/** Where tools have been called it wants to be told of them, also where they are not there any more. */
function toolsOf({ tools = [], turns = [], mayCall = true }: ThinkCall): Record<string, unknown> {
  const called = turns.flatMap(({ calls }) => calls.map(({ name }) => name));
  const gone = [...new Set(called)].filter((name) => !tools.some((tool) => tool.name === name));
  const told = [
    ...tools.map(({ name, description, parameters }) => ({
      name,
      description,
      input_schema: { type: 'object', properties: {}, ...parameters },
    })),
    ...gone.map((name) => ({
      name,
      description: 'Not available any more.',
      input_schema: { type: 'object', properties: {} },
    })),
  ];
  if (told.length === 0) return {};
  return { tools: told, ...(mayCall && tools.length > 0 ? {} : { tool_choice: { type: 'none' } }) };
}

function messagesOf({ prompt, pictures = [], turns = [] }: ThinkCall): unknown[] {
  const content = [
    ...pictures.map(({ type, bytes }) => ({
      type: 'image',
      source: { type: 'base64', media_type: type, data: Buffer.from(bytes).toString('base64') },
    })),
    { type: 'text', text: prompt },
  ];
  const messages: unknown[] = [{ role: 'user', content: pictures.length === 0 ? prompt : content }];
  for (const { text, calls, results } of turns) {
    messages.push({
      role: 'assistant',
      content: [
        // An empty text block is refused.
        ...(text.trim() === '' ? [] : [{ type: 'text', text }]),
        ...calls.map((call) => ({
          type: 'tool_use',
          id: call.id,
          name: call.name,
          input: objectIn(call.arguments),
        })),
      ],
    });
    messages.push({
      role: 'user',
      content: results.map(({ id, content: said }) => ({
        type: 'tool_result',
        tool_use_id: id,
        content: said,
      })),
    });
  }
  return messages;
}

/** Events of one stream, or a whole message that came unstreamed. */
function createReader(): (value: Record<string, unknown>) => Chunk {
  return (value) => {
    switch (value['type']) {
      case 'message_start':
        return started(value['message']);
      case 'content_block_start':
        return block(value['content_block'], placeOf(value), true);
      case 'content_block_delta':
        return delta(value['delta'], placeOf(value));
      case 'message_delta': {
        const change = isRecord(value['delta']) ? value['delta'] : {};
        return { ...NO_CHUNK, finish: finishOf(change['stop_reason']), usage: usageOf(value['usage']) };
      }
      case 'message_stop':
        return { ...NO_CHUNK, done: true };
      case 'message':
        return whole(value);
      default:
        return NO_CHUNK;
    }
  };
}

function started(message: unknown): Chunk {
  if (!isRecord(message)) return NO_CHUNK;
  const { model, usage } = message;
  return { ...NO_CHUNK, usage: usageOf(usage), model: typeof model === 'string' ? model : null };
}

function whole(message: Record<string, unknown>): Chunk {
  const { content, stop_reason: reason, usage } = message;
  const blocks = Array.isArray(content) ? content.map((each, place) => block(each, place, false)) : [];
  return {
    ...NO_CHUNK,
    text: blocks.map(({ text }) => text).join(''),
    reasoning: blocks.map(({ reasoning }) => reasoning).join(''),
    calls: blocks.flatMap(({ calls }) => calls),
    progress: true,
    finish: finishOf(reason),
    usage: usageOf(usage),
    done: true,
  };
}

/** A block of content, whole or as it begins: a beginning call has no arguments yet, but an empty object. */
function block(value: unknown, place: number, isBeginning: boolean): Chunk {
  if (!isRecord(value)) return NO_CHUNK;
  const text = stringIn(value, 'text');
  const reasoning = stringIn(value, 'thinking');
  if (value['type'] !== 'tool_use')
    return { ...NO_CHUNK, text, reasoning, progress: text !== '' || reasoning !== '' };
  const call = {
    place,
    id: stringIn(value, 'id'),
    name: stringIn(value, 'name'),
    arguments: isBeginning ? '' : JSON.stringify(value['input'] ?? {}),
  };
  return { ...NO_CHUNK, calls: [call], progress: true };
}

function delta(value: unknown, place: number): Chunk {
  if (!isRecord(value)) return NO_CHUNK;
  const text = stringIn(value, 'text');
  const reasoning = stringIn(value, 'thinking');
  const more = stringIn(value, 'partial_json');
  const calls = value['type'] === 'input_json_delta' ? [{ place, id: '', name: '', arguments: more }] : [];
  return { ...NO_CHUNK, text, reasoning, calls, progress: `${text}${reasoning}${more}` !== '' };
}

function finishOf(reason: unknown): string | null {
  if (typeof reason !== 'string') return null;
  return reason === 'max_tokens' || reason === 'model_context_window_exceeded' ? 'length' : reason;
}

/** What was read from a cache was sent all the same. */
function usageOf(usage: unknown): Chunk['usage'] {
  if (!isRecord(usage)) return null;
  const numbers = ['input_tokens', 'cache_read_input_tokens', 'cache_creation_input_tokens'].map(
    (key) => usage[key],
  );
  const known = numbers.filter((each) => typeof each === 'number');
  const output = usage['output_tokens'];
  return {
    inputTokens: known.length === 0 ? null : known.reduce((sum, each) => sum + each, 0) || null,
    outputTokens: typeof output === 'number' ? output : null,
  };
}

function placeOf(value: Record<string, unknown>): number {
  return typeof value['index'] === 'number' ? value['index'] : 0;
}
