import { watch } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

// The main job with nothing durable: a hint is a file, the answer is written and forgotten, 10 at a time.
const AT_ONCE = 10;
const [inbox = '', notes = '', url = ''] = process.argv.slice(2);
const seen = new Set<string>();
const queue: string[] = [];
let running = 0;

watch(inbox, (_, name) => {
  if (name === null || seen.has(name)) return;
  seen.add(name);
  queue.push(name);
  fill();
});
console.log('watching');

function fill(): void {
  while (running < AT_ONCE) {
    const name = queue.shift();
    if (name === undefined) return;
    running += 1;
    void note(name).finally(() => {
      running -= 1;
      fill();
    });
  }
}

async function note(name: string): Promise<void> {
  const text = await readFile(join(inbox, name), 'utf8');
  const messages = [{ role: 'user', content: `Say something about this: ${text}` }];
  const response = await fetch(`${url}/chat/completions`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ model: 'instant', messages, stream: true }),
  });
  await writeFile(join(notes, name), await wordsOf(response));
}

async function wordsOf(response: Response): Promise<string> {
  const decoder = new TextDecoder();
  let rest = '';
  let words = '';
  for await (const chunk of response.body ?? []) {
    const frames = (rest + decoder.decode(chunk, { stream: true })).split('\n\n');
    rest = frames.pop() ?? '';
    for (const frame of frames) {
      const data = frame.slice('data: '.length);
      if (data !== '[DONE]') words += JSON.parse(data).choices[0].delta.content ?? '';
    }
  }
  return words;
}
