import type { ThinkCall } from '../../../contract/provider.ts';
import { type CallPart, NO_CHUNK, type Protocol } from '../protocol.ts';
import { isRecord, objectIn, stringIn } from '../server/json.ts';

/**
 * Ollama's own chat API. Its `/v1` ignores the context length and cuts long prompts silently (ollama/ollama#18107);
 * here the context is said with every call, and a prompt beyond it is to be an error.
 */
export function ollamaChat(contextOf: (model: string) => number | undefined): Protocol {
  return {
    path: '/api/chat',
    headers: (apiKey) => (apiKey === '' ? {} : { authorization: `Bearer ${apiKey}` }),
    body(call, model, grammar) {
      const context = contextOf(model);
      const options = {
        ...(context === undefined ? {} : { num_ctx: context }),
        ...(call.maxOutputTokens === null ? {} : { num_predict: call.maxOutputTokens }),
        ...(call.temperature === undefined ? {} : { temperature: call.temperature }),
      };
      return {
        model,
        messages: messagesOf(call),
        stream: true,
        truncate: false,
        shift: false,
        ...(Object.keys(options).length === 0 ? {} : { options }),
        ...(call.tools?.length && call.mayCall !== false
          ? { tools: call.tools.map((tool) => ({ type: 'function', function: tool })) }
          : {}),
        ...(call.schema === null || !grammar ? {} : { format: call.schema }),
      };
    },
    reader: () => readChunk,
    frames: 'lines',
  };
}

function messagesOf({ prompt, pictures = [], turns = [] }: ThinkCall): unknown[] {
  const images = pictures.map(({ bytes }) => Buffer.from(bytes).toString('base64'));
  const messages: unknown[] = [{ role: 'user', content: prompt, ...(images.length === 0 ? {} : { images }) }];
  for (const { text, calls, results } of turns) {
    messages.push({
      role: 'assistant',
      content: text,
      tool_calls: calls.map((call) => ({
        function: { name: call.name, arguments: objectIn(call.arguments) },
      })),
    });
    for (const { id, content } of results) {
      const name = calls.find((call) => call.id === id)?.name;
      messages.push({ role: 'tool', content, ...(name === undefined ? {} : { tool_name: name }) });
    }
  }
  return messages;
}

function readChunk(value: Record<string, unknown>) {
  const message = isRecord(value['message']) ? value['message'] : {};
  const text = stringIn(message, 'content');
  const reasoning = stringIn(message, 'thinking');
  const calls = callsIn(message['tool_calls']);
  const isDone = value['done'] === true;
  return {
    ...NO_CHUNK,
    text,
    reasoning,
    calls,
    progress: text !== '' || reasoning !== '' || calls.length > 0,
    finish: isDone ? stringIn(value, 'done_reason') || 'stop' : null,
    usage: isDone
      ? {
          inputTokens: countIn(value, 'prompt_eval_count'),
          outputTokens: countIn(value, 'eval_count'),
        }
      : null,
    model: stringIn(value, 'model') || null,
    done: isDone,
  };
}

/** Each comes whole. */
function callsIn(calls: unknown): CallPart[] {
  if (!Array.isArray(calls)) return [];
  return calls.filter(isRecord).map((call) => {
    const asked = isRecord(call['function']) ? call['function'] : {};
    return {
      place: null,
      id: stringIn(call, 'id'),
      name: stringIn(asked, 'name'),
      arguments: JSON.stringify(asked['arguments'] ?? {}),
    };
  });
}

function countIn(value: Record<string, unknown>, key: string): number | null {
  const found = value[key];
  return typeof found === 'number' ? found : null;
}
