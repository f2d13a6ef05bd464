import type { Picture, ThinkCall } from '../../../contract/provider.ts';
import type { Protocol } from '../protocol.ts';
import { objectIn } from '../server/json.ts';
import { readChunk } from './chunk.ts';

/** OpenAI's chat completions, as LM Studio, llama-server, vLLM and most others speak them. */
export const openAi: Protocol = {
  path: '/chat/completions',
  headers: (apiKey) => (apiKey === '' ? {} : { authorization: `Bearer ${apiKey}` }),
  body: (call, model, grammar) => ({
    model,
    messages: messagesOf(call),
    stream: true,
    stream_options: { include_usage: true },
    ...(call.maxOutputTokens === null ? {} : { max_tokens: call.maxOutputTokens }),
    ...(call.temperature === undefined ? {} : { temperature: call.temperature }),
    ...toolsOf(call),
    // `json_object` is refused by LM Studio 0.4.24, so it is a schema or nothing.
    ...(call.schema === null || !grammar
      ? {}
      : {
          response_format: {
            type: 'json_schema',
            json_schema: { name: 'answer', strict: true, schema: call.schema },
          },
        }),
  }),
  reader: () => readChunk,
  frames: 'events',
};

function messagesOf({ prompt, pictures = [], turns = [] }: ThinkCall): unknown[] {
  const content =
    pictures.length === 0
      ? prompt
      : [
          { type: 'text', text: prompt },
          ...pictures.map((picture) => ({ type: 'image_url', image_url: { url: dataUrl(picture) } })),
        ];
  const messages: unknown[] = [{ role: 'user', content }];
  for (const { text, calls, results } of turns) {
    messages.push({
      role: 'assistant',
      content: text,
      tool_calls: calls.map((call) => ({
        id: call.id,
        type: 'function',
        // llama-server refuses a conversation with arguments that are no JSON, as one cut off at its limit has.
        function: { name: call.name, arguments: JSON.stringify(objectIn(call.arguments)) },
      })),
    });
    for (const { id, content: said } of results)
      messages.push({ role: 'tool', tool_call_id: id, content: said });
  }
  return messages;
}

/** Servers differ in how they choose one tool by name, and some refuse an object there: the model chooses. */
function toolsOf({ tools = [], mayCall = true }: ThinkCall): Record<string, unknown> {
  if (tools.length === 0) return {};
  return {
    tools: tools.map(({ name, description, parameters }) => ({
      type: 'function',
      // Without `properties` LM Studio refuses the request (lmstudio-bug-tracker #2203).
      function: { name, description, parameters: { type: 'object', properties: {}, ...parameters } },
    })),
    tool_choice: mayCall ? 'auto' : 'none',
  };
}

function dataUrl({ type, bytes }: Picture): string {
  return `data:${type};base64,${Buffer.from(bytes).toString('base64')}`;
}
