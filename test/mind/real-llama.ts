import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { access } from 'node:fs/promises';
import { createServer } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

const SCRIPT =
  process.env['CONSCIOUSNESS_TEST_LLAMA'] ??
  fileURLToPath(new URL('../../../shared/llm/start', import.meta.url));

/** Why there is no llama-server to test with; false where there is one. */
export const noLlama = await access(SCRIPT).then(
  () => false,
  () => `no llama-server at ${SCRIPT} (set CONSCIOUSNESS_TEST_LLAMA)`,
);

/** Limits for a server that may share its machine with other tests. */
export const PATIENT = { headersMs: 60_000, firstTokenMs: 60_000, idleMs: 60_000 };

export interface Llama extends AsyncDisposable {
  url: string;
  /** How many of its slots are at work. */
  busySlots(): Promise<number>;
  /** Ends it; safe to call twice. */
  end(): Promise<void>;
  /** Starts it again on its port. */
  restart(): void;
}

/** Starts a llama-server on a free port; it does not listen yet, nor has it loaded its model. */
export async function startLlama(apiKey: string, ...flags: string[]): Promise<Llama> {
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const key = apiKey === '' ? [] : ['--api-key', apiKey];
  const start = () => spawn(SCRIPT, [String(port), ...key, ...flags], { stdio: 'ignore' });
  let server = start();
  return {
    url,
    async busySlots() {
      const response = await fetch(`${url}/slots`, { headers: { authorization: `Bearer ${apiKey}` } });
      const slots: unknown = await response.json();
      return (JSON.stringify(slots).match(/"is_processing":true/g) ?? []).length;
    },
    end: () => end(server),
    restart() {
      server = start();
    },
    [Symbol.asyncDispose]: () => end(server),
  };
}

/** The path of a chat template that comes with the server. */
export function template(name: string): string {
  return fileURLToPath(new URL(name, `file://${SCRIPT}`));
}

/** Resolves as soon as `happened` says so; the test's own time limit ends a wait in vain. */
export async function until(happened: () => Promise<boolean>): Promise<void> {
  while (!(await happened())) await sleep(5);
}

/** A port that was free a moment ago. */
async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  return address !== null && typeof address === 'object' ? address.port : 0;
}

async function end(server: ChildProcess): Promise<void> {
  if (server.exitCode !== null || server.signalCode !== null) return;
  const gone = once(server, 'exit');
  server.kill('SIGKILL');
  await gone;
}
