import type { CallToolResult, Client, Tool, VersionNegotiationMode } from '@modelcontextprotocol/client';
import { openHttp } from './http.ts';
import type { Link } from './link.ts';
import { pinOf } from './pin.ts';
import { environmentOf, openProcess } from './process.ts';
import type { McpServerSettings } from './server.ts';
import { unlessAborted } from './wait.ts';

export interface OfferedTool {
  tool: Tool;
  hash: string;
}

export interface Connection {
  /** What the server offered when it was last asked. */
  offered(): readonly OfferedTool[];
  /** Whether the server may offer something else by now, or may be gone without a word. */
  isStale(): boolean;
  refresh(signal: AbortSignal): Promise<void>;
  call(tool: Tool, args: Record<string, unknown>, signal: AbortSignal): Promise<CallToolResult>;
  isOpen(): boolean;
  ending(): string | undefined;
  /** Resolves when nothing of it is left; never rejects. */
  close(): Promise<void>;
}

const MODERN = '2026-07-28';
/** Pages of one list: a server may count on for ever. */
const MOST_PAGES = 64;

/** Connects and asks what the server offers. `signal` bounds all of it. */
export async function connect(
  settings: McpServerSettings,
  environment: Readonly<Record<string, string | undefined>>,
  signal: AbortSignal,
): Promise<Connection> {
  const { command, args = [], env, url, headers = {}, timeoutMs } = settings;
  if (command !== undefined) {
    const open = () => openProcess({ command, args, env: environmentOf(env, environment) });
    try {
      return await attempt(await open(), 'legacy', settings, signal);
    } catch (error) {
      if (!isRefusal(error)) throw error;
    }
    // Not the other way round: many older servers end, or stay silent, when asked anything before `initialize`.
    return attempt(await open(), { pin: MODERN }, settings, signal);
  }
  if (url === undefined) throw new Error('it has neither a command nor a URL');
  return attempt(await openHttp({ url, headers, timeoutMs }), 'auto', settings, signal);
}

async function attempt(
  link: Link,
  mode: VersionNegotiationMode,
  { command, timeoutMs }: McpServerSettings,
  signal: AbortSignal,
): Promise<Connection> {
  const { Client } = await import('@modelcontextprotocol/client');
  const isProcess = command !== undefined;
  let isOpen = true;
  let isStale = false;
  let offered: readonly OfferedTool[] = [];
  const onChanged = () => {
    isStale = true;
  };
  const client = new Client(
    { name: 'consciousness', version: '1' },
    {
      versionNegotiation: { mode },
      inputRequired: { autoFulfill: false },
      ...(isProcess && { listChanged: { tools: { autoRefresh: false, debounceMs: 0, onChanged } } }),
    },
  );
  // Also from a server that did not announce that it would say so.
  client.setNotificationHandler('notifications/tools/list_changed', onChanged);
  client.onclose = () => {
    isOpen = false;
  };
  const connection: Connection = {
    offered: () => offered,
    // Behind an address there may be another server at any time, and it has no way to tell us.
    isStale: () => isStale || !isProcess,
    async refresh(signal) {
      isStale = false;
      try {
        offered = await offeredBy(client, { timeout: timeoutMs, signal });
      } catch (error) {
        isStale = true;
        throw error;
      }
    },
    async call(tool, args, signal) {
      try {
        // Without its output schema: a stranger's patterns are not run in our process.
        const toolDefinition = { name: tool.name, inputSchema: tool.inputSchema };
        const options = { timeout: timeoutMs, signal, toolDefinition };
        return await client.callTool({ name: tool.name, arguments: args }, options);
      } catch (error) {
        isStale = true;
        throw error;
      }
    },
    isOpen: () => isOpen,
    ending: link.ending,
    close() {
      isOpen = false;
      return link.close();
    },
  };
  try {
    await unlessAborted(client.connect(link.transport, { timeout: timeoutMs, signal }), signal);
    await connection.refresh(signal);
    return connection;
  } catch (error) {
    await link.close();
    signal.throwIfAborted();
    const ending = link.ending();
    throw isRefusal(error) || ending === undefined ? error : new Error(ending);
  }
}

async function offeredBy(
  client: Client,
  options: { timeout: number; signal: AbortSignal },
): Promise<OfferedTool[]> {
  if (client.getServerCapabilities()?.tools === undefined) return [];
  const offered: OfferedTool[] = [];
  let cursor: string | undefined;
  for (let page = 0; page < MOST_PAGES; page++) {
    const params = cursor === undefined ? {} : { cursor };
    const { tools, nextCursor } = await client.request({ method: 'tools/list', params }, options);
    for (const tool of tools) offered.push({ tool, hash: pinOf(tool) });
    if (nextCursor === undefined) return offered;
    cursor = nextCursor;
  }
  throw new Error(`its list of tools has more than ${MOST_PAGES} pages`);
}

/** An error that the server answered with, as JSON-RPC has them. */
function isRefusal(error: unknown): boolean {
  return error instanceof Error && 'code' in error && typeof error.code === 'number';
}
