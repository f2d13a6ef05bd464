import { fileURLToPath } from 'node:url';
import { getRequestListener } from '@hono/node-server';
import { systemClock } from '../../../src/base/clock.ts';
import { createSystemRandom } from '../../../src/base/random.ts';
import { type Access, OWNER, type Scope } from '../../../src/contract/access.ts';
import { createHub } from '../../../src/surfaces/http/hub.ts';
import { createTurns } from '../../../src/surfaces/http/turns.ts';
import { createMcpHandler } from '../../../src/surfaces/mcp/http.ts';
import { serve } from '../../fixtures/mcp/http.ts';
import type { MemoryDaemon } from '../memory-daemon.ts';
import { running } from '../running.ts';
import { type Caller, newest, older } from './callers.ts';

const ENTRY = fileURLToPath(new URL('../cli-entry.ts', import.meta.url));

/** Every way in which somebody may speak MCP to a daemon: two generations of clients, two transports. */
export const WAYS = ['newest by stdio', 'newest by HTTP', 'older by stdio', 'older by HTTP'] as const;
export type Way = (typeof WAYS)[number];

interface Test {
  after(end: () => Promise<void>): void;
}

/** A memory daemon that is served over its socket, and over HTTP to whom it lets in. */
export async function mcpHouse(t: Test) {
  const { home, daemon, close, reported } = await running(t);
  const calls = async (way: Way, scopes: readonly Scope[]): Promise<Caller> => {
    const connect = way.startsWith('newest') ? newest : older;
    const caller = await connect(
      way.endsWith('stdio')
        ? { command: commandFor(home, scopes.includes('act')) }
        : { url: await served(t, daemon, token(scopes)) },
    );
    t.after(caller.close);
    return caller;
  };
  return { home, daemon, close, reported, calls };
}

function commandFor(home: string, act: boolean): readonly [string, ...string[]] {
  return [process.execPath, ENTRY, 'mcp', '--home', home, ...(act ? ['--act'] : [])];
}

export function token(scopes: readonly Scope[], signal = new AbortController().signal): Access {
  return { kind: 'token', id: 'a1', name: 'test', scopes, signal };
}

/** Serves MCP over HTTP to one caller, for as long as the test takes; the address. */
export async function served(t: Test, daemon: MemoryDaemon, access: Access = OWNER): Promise<string> {
  const end = new AbortController();
  const report = () => {};
  const signal = end.signal;
  const handler = createMcpHandler({
    daemon,
    hub: createHub(daemon, { clock: systemClock, signal, report }),
    turns: createTurns(),
    ...{ clock: systemClock, random: createSystemRandom(), homedir: '/home/x', version: '0.1.0' },
    line: (command) => `consciousness ${command}`,
    ...{ report, signal },
  });
  const server = await serve(
    getRequestListener((request) => handler(request, access), { overrideGlobalObjects: false }),
  );
  t.after(async () => {
    end.abort();
    await server[Symbol.asyncDispose]();
  });
  return server.url;
}
