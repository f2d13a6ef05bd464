/** What a model server is asked for. */
export interface RawCall {
  model: string;
  prompt: string;
  maxTokens: number;
}

/** One streamed chat completion by `fetch`, with nothing around it; `onText` hears the words as they come. */
export async function rawCall(url: string, call: RawCall, onText: (text: string) => void): Promise<void> {
  const request = {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({
      model: call.model,
      messages: [{ role: 'user', content: call.prompt }],
      stream: true,
      stream_options: { include_usage: true },
      max_tokens: call.maxTokens,
    }),
  };
  const send = () => fetch(`${url}/chat/completions`, request);
  // A kept connection may be closed by the server just as it is used again.
  const response = await send().catch(send);
  if (!response.ok) throw new Error(`${url} answers ${response.status}: ${await response.text()}`);
  const decoder = new TextDecoder();
  let rest = '';
  for await (const chunk of response.body ?? []) {
    const frames = (rest + decoder.decode(chunk, { stream: true })).split('\n\n');
    rest = frames.pop() ?? '';
    for (const frame of frames) {
      const data = frame.slice('data: '.length);
      if (!frame.startsWith('data: ') || data === '[DONE]') continue;
      const text = JSON.parse(data).choices[0]?.delta.content ?? '';
      if (text !== '') onText(text);
    }
  }
}
