import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { serve } from '../../src/surfaces/http/serve.ts';
import { createClient } from '../../src/surfaces/unix-client.ts';
import { appFor } from './app-for.ts';
import { MemoryDaemon } from './memory-daemon.ts';

/** A folder of its own for one test. */
export async function temporaryFolder(t: Pick<TestContext, 'after'>): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'surfaces-'));
  t.after(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

/** A memory daemon that is served over the socket of its own home, or of one where there was one before. */
export async function running(t: Pick<TestContext, 'after'>, former?: string) {
  const home = former ?? (await temporaryFolder(t));
  const socket = join(home, 'state', 'daemon.sock');
  const daemon = new MemoryDaemon();
  const end = new AbortController();
  const reported: unknown[] = [];
  const app = appFor(daemon, { signal: end.signal, report: (error) => reported.push(error) });
  const server = await serve({ app, socket, graceMs: 100 });
  const close = async () => {
    end.abort();
    await server.close();
  };
  t.after(close);
  const client = createClient(
    { socket, start: `consciousness start --home ${home}` },
    new AbortController().signal,
  );
  return { home, socket, daemon, client, close, server, reported };
}

/** Everything that comes, once nothing more does. */
export async function all<T>(values: AsyncIterable<T>): Promise<T[]> {
  const got: T[] = [];
  for await (const value of values) got.push(value);
  return got;
}
