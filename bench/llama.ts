import { existsSync, readFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { root } from '../scripts/tool.ts';
import type { Bench } from './bench.ts';

/** A real llama-server with a tiny model. */
export interface Llama {
  url: string;
  /** Ends it; resolves with what its log said of its slots. */
  stop(): Promise<SlotUse[]>;
}

/** A call in its slot, from being given it to leaving it: milliseconds since the server's start. */
export interface SlotUse {
  slot: number;
  from: number;
  to: number;
}

/** Path of the script that starts one. */
const LLAMA = process.env['CONSCIOUSNESS_TEST_LLAMA'] ?? join(root, '..', 'shared', 'llm', 'start');

/** Why there is no llama-server on this machine; null where there is one. */
export function llamaMissing(): string | null {
  return existsSync(LLAMA) ? null : `no llama-server at ${LLAMA} (set CONSCIOUSNESS_TEST_LLAMA)`;
}

export async function startLlama(bench: Bench, slots: number): Promise<Llama> {
  const port = await freePort();
  const log = join(bench.folder('llama'), 'log');
  const options = ['-np', `${slots}`, '-c', '4096', '--log-file', log];
  const child = bench.children.command(LLAMA, [`${port}`, ...options]);
  const origin = `http://127.0.0.1:${port}`;
  const until = performance.now() + 30_000;
  while (!(await isReady(origin))) {
    if (performance.now() > until) throw new Error(`${LLAMA} is not ready after 30 s`);
    await bench.pause(20);
  }
  return {
    url: `${origin}/v1`,
    async stop() {
      await child.stop();
      return usesIn(readFileSync(log, 'utf8'));
    },
  };
}

/** Minutes, seconds, milliseconds and microseconds; `launch_slot_` or `release`; the slot. */
const LINE = /^(\d+)\.(\d+)\.(\d+)\.(\d+) I slot +(launch_slot_|release): id +(\d+) /gm;

function usesIn(log: string): SlotUse[] {
  const uses: SlotUse[] = [];
  const launched = new Map<number, number>();
  for (const [, minutes, seconds, ms, us, what, id] of log.matchAll(LINE)) {
    const at = (Number(minutes) * 60 + Number(seconds)) * 1000 + Number(ms) + Number(us) / 1000;
    const slot = Number(id);
    const from = launched.get(slot);
    if (what === 'launch_slot_') launched.set(slot, at);
    else if (from !== undefined) uses.push({ slot, from, to: at });
  }
  return uses;
}

async function isReady(origin: string): Promise<boolean> {
  return fetch(`${origin}/health`).then(
    ({ ok }) => ok,
    () => false,
  );
}

/** A port that was free a moment ago. */
function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      const port = address !== null && typeof address === 'object' ? address.port : 0;
      server.close(() => resolve(port));
    });
  });
}
