import { appendFileSync, cpSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type { ThoughtState } from '../../src/contract/thought.ts';
import { RECIPES, rulesOf } from '../../src/surfaces/cli/init/recipes.ts';
import { createClient } from '../../src/surfaces/unix-client.ts';
import { type Home, startDaemon } from '../support/daemon.ts';
import { type ModelServer, startModelServer } from '../support/model-server.ts';
import { temporaryFolder } from '../support/store.ts';
import { freePort } from '../surfaces/access/door.ts';
import { builtPage } from './built.ts';
import { eventually } from './dashboard.ts';
import { ANSWERS, BROKEN_RULE, LEASE } from './lived-in-words.ts';

const SAMPLES = fileURLToPath(new URL('../../examples/recipes/', import.meta.url));

export interface LivedIn {
  folder: string;
  port: number;
  server: ModelServer;
  client: ReturnType<typeof createClient>;
  daemon: Awaited<ReturnType<typeof startDaemon>>;
  /** Lets the model say so many more pieces of what is being thought; without a number, all of them. */
  goOn(pieces?: number): void;
}

/**
 * A daemon that has been at work: notes are written, outputs wait for somebody, a thought was given up, some are held,
 * a rule is broken, and one thought is just being thought.
 */
export async function livedIn(t: Pick<TestContext, 'after'>): Promise<LivedIn> {
  const folder = temporaryFolder(t as TestContext);
  const tongue = createTongue();
  const server = await startModelServer((prompt) => answerTo(prompt));
  t.after(() => server.stop());
  server.native = { models: [{ type: 'llm', key: 'test-model', loaded_instances: [LOADED] }] };
  server.misbehave = (prompt, response) => {
    void speak(prompt, response, tongue);
    return true;
  };
  const port = await freePort();
  await furnish(folder, { port, modelUrl: server.url });
  const home: Pick<Home, 'folder'> = { folder };
  const { bin } = await builtPage();
  const daemon = await startDaemon(t as TestContext, home as Home, { bin, killed: true });
  const socket = join(folder, 'state', 'daemon.sock');
  const client = createClient({ socket, start: 'consciousness start' }, AbortSignal.timeout(600_000));
  await live(folder, client);
  return { folder, port, server, client, daemon, goOn: tongue.loose };
}

const LOADED = { id: 'test-model', config: { context_length: 16_384 } };

async function furnish(
  folder: string,
  { port, modelUrl }: { port: number; modelUrl: string },
): Promise<void> {
  for (const name of ['Inbox', 'Notes', 'harbour/test-results', 'Papers', 'rules'])
    mkdirSync(join(folder, name), { recursive: true });
  writeFileSync(
    join(folder, 'config.yaml'),
    `lm_studio: { base_url: "${modelUrl}", model: local-model, slots: 2 }
providers:
  box: { type: openai-compatible, base_url: "http://127.0.0.1:9/v1", model: qwen3-32b }
default_models: [lmstudio/local-model]
file_watcher:
  watch_paths: [${['Inbox', 'Notes', 'harbour', 'Papers'].map((name) => JSON.stringify(join(folder, name))).join(', ')}]
  debounce_seconds: 0.1
output_roots: [${['Notes', 'Inbox'].map((name) => JSON.stringify(join(folder, name))).join(', ')}]
http: { port: ${port} }
`,
  );
  const notes = { written: join(folder, 'Notes') };
  const places: Readonly<Record<string, string>> = {
    inbox: 'Inbox',
    notes: 'Notes',
    'watch-post': 'harbour',
    'code-review': 'harbour',
    research: 'Papers',
  };
  for (const recipe of RECIPES) {
    const place = places[recipe.name];
    if (place === undefined) continue;
    for (const { name, text } of await rulesOf(recipe, { watch: { written: join(folder, place) }, notes }))
      if (!LEFT_OUT.includes(name)) writeFileSync(join(folder, 'rules', `${name}.md`), adapted(name, text));
  }
  const broken = BROKEN_RULE.replaceAll('{NOTES}', notes.written);
  writeFileSync(join(folder, 'rules', 'weekly-review.md'), broken);
}

/** They wait for a process, a measurement or an evening. */
const LEFT_OUT = ['watch-memory', 'watch-lmstudio', 'notes-ask'];

/** A recipe's rule for somebody who is in a hurry, on a machine without a desktop. */
function adapted(name: string, text: string): string {
  const quick = text
    .replaceAll(/(settle|gather): (\d+s)/g, '$1: 100ms')
    .replaceAll(/^ {2}- notify:.*\n( {4}body:.*\n)?/gm, '');
  if (name === 'code-review')
    return quick
      .replace('    body: |', '    approve: true\n    body: |')
      .replace('%Y-%m-%d %H:%M', '%Y-%m-%d');
  if (name === 'watch-errors') return quick.replace('-%H%M%S', '');
  return name.startsWith('research') ? quick.replace('mind:', 'mind:\n  models: [box/qwen3-32b]') : quick;
}

async function live(folder: string, client: LivedIn['client']): Promise<void> {
  const put = (sample: string, to: string) => cpSync(join(SAMPLES, sample), join(folder, to));
  const became = (rule: string, state: ThoughtState, count: number) =>
    eventually(
      async () => (await client.thoughts({ rule, state, limit: 100 })).items.length === count,
      `${count} of ${rule} ${count === 1 ? 'is' : 'are'} ${state}`,
    );
  put('inbox/sample/quiet-tide-gauges.html', 'Inbox/quiet-tide-gauges.html');
  await became('inbox', 'proposed', 1);
  const [first] = await client.proposals(null);
  const { digest } = await client.proposal(first?.thought ?? '', first?.position ?? 0);
  await client.approve(first?.thought ?? '', first?.position ?? 0, { digest: digest ?? '' });
  await became('inbox', 'done', 1);
  put('code-review/sample/gauge.py', 'harbour/gauge.py');
  await became('code-review', 'proposed', 1);
  put('notes/sample/2026-03-12.md', 'Notes/2026-03-12.md');
  await became('notes-tidy', 'done', 1);
  for (const [at, name] of [
    'fernwaerme-brief.txt',
    'fennmoor-invoice.pdf',
    'pier-mast-meeting.md',
  ].entries()) {
    put(`inbox/sample/${name}`, `Inbox/${name}`);
    await became('inbox', 'proposed', at + 1);
  }
  writeFileSync(join(folder, 'harbour', 'app.log'), '');
  await pause(300);
  appendFileSync(
    join(folder, 'harbour', 'app.log'),
    readFileSync(join(SAMPLES, 'watch-post/sample/app.log')),
  );
  await became('watch-errors', 'done', 1);
  put('watch-post/sample/test-results/junit.xml', 'harbour/test-results/junit.xml');
  await became('watch-tests', 'dead', 1);
  for (const name of ['bearing-wear.pdf', 'tide-gauge-gaps.pdf'])
    put(`research/sample/${name}`, `Papers/${name}`);
  await became('research-note', 'ready', 2);
  writeFileSync(join(folder, 'Inbox', 'mooring-lease-berth-14.txt'), LEASE);
  await became('inbox', 'running', 1);
}

function answerTo(prompt: string): unknown {
  return ANSWERS.find(([word]) => prompt.includes(word))?.[1] ?? 'There is nothing to say about it.';
}

/** Says nothing but what it is let say. */
interface Tongue {
  loose(pieces?: number): void;
  /** Resolves once one more may be said. */
  piece(): Promise<void>;
}

function createTongue(): Tongue {
  let left = 0;
  let wake = () => {};
  return {
    loose(pieces = Number.POSITIVE_INFINITY) {
      left += pieces;
      wake();
    },
    async piece() {
      while (left <= 0) {
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      }
      left -= 1;
    },
  };
}

/** Says it word by word, as a model of this size does; about the lease only a little, until it is to go on. */
async function speak(
  prompt: string,
  response: Parameters<NonNullable<ModelServer['misbehave']>>[1],
  tongue: Tongue,
): Promise<void> {
  const said = answerTo(prompt);
  const words = (typeof said === 'string' ? said : JSON.stringify(said)).match(/.{1,4}/gsu) ?? [];
  const frame = (value: object) =>
    response.write(`data: ${JSON.stringify({ model: 'test-model', ...value })}\n\n`);
  response.writeHead(200, { 'content-type': 'text/event-stream' });
  for (const [index, content] of words.entries()) {
    frame({ choices: [{ index: 0, delta: { content }, finish_reason: null }] });
    if (prompt.includes('mooring lease') && index >= 15) await tongue.piece();
    await pause(12);
  }
  const usage = { prompt_tokens: Math.ceil(prompt.length / 4), completion_tokens: words.length };
  frame({ choices: [{ index: 0, delta: {}, finish_reason: 'stop' }], usage });
  response.end('data: [DONE]\n\n');
}
