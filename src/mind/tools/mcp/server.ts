import { CodedError, systemCode } from '../../../base/errors.ts';
import { type Connection, connect } from './connection.ts';
import { createTeller, reasonOf } from './failure.ts';
import { textOf } from './result.ts';
import { unlessAborted } from './wait.ts';

export interface McpServerSettings {
  name: string;
  /** A program that speaks MCP on its standard input and output. */
  command?: string;
  args?: readonly string[];
  /** Variables given to the process; of our own environment it sees PATH, HOME, LANG and TMPDIR, and nothing else. */
  env?: Readonly<Record<string, string>>;
  /** Or an address that speaks streamable HTTP. */
  url?: string;
  headers?: Readonly<Record<string, string>>;
  /** The tools that may be called, each with what it was pinned by; see `pinOf`. */
  tools: Readonly<Record<string, string>>;
  /** For one call, and for connecting. */
  timeoutMs: number;
  /** Characters of one result; what is beyond is cut, and the result says so. */
  outputLimit: number;
}

export interface McpTool {
  name: string;
  description: string;
  parameters: Record<string, unknown>;
  hash: string;
  state: 'allowed' | 'not-allowed' | 'changed';
}

export interface McpServer {
  /**
   * Every tool that the server offers now. Throws `mcp-failed` if it cannot be asked, and the signal's reason when
   * that aborts.
   */
  list(signal: AbortSignal): Promise<McpTool[]>;
  /** Calls an allowed and unchanged tool. Throws only the signal's reason, never for what the server did. */
  call(
    tool: string,
    args: Record<string, unknown>,
    signal: AbortSignal,
  ): Promise<{ ok: boolean; text: string }>;
  /** Resolves when the process, if there is one, is gone. For good: nothing is connected after it. */
  close(): Promise<void>;
}

/** A server that is connected when it is first needed, and anew when it is needed after it died. */
export function createMcpServer(
  settings: McpServerSettings,
  environment: Readonly<Record<string, string | undefined>>,
): McpServer {
  const { timeoutMs, outputLimit } = settings;
  const closing = new AbortController();
  const tell = createTeller(settings);
  let connection: Connection | undefined;
  let opening: Promise<Connection> | undefined;

  const open = async () => {
    const late = AbortSignal.timeout(timeoutMs);
    try {
      connection = await connect(settings, environment, AbortSignal.any([closing.signal, late]));
      return connection;
    } catch (error) {
      closing.signal.throwIfAborted();
      throw late.aborted ? new Error(`no answer within ${timeoutMs} ms`) : error;
    } finally {
      opening = undefined;
    }
  };
  /** A connection whose list is what the server offers now, as far as one can know without asking each time. */
  const ready = async (signal: AbortSignal, isAsked: boolean): Promise<Connection> => {
    closing.signal.throwIfAborted();
    const held = connection;
    if (held?.isOpen()) {
      if (!isAsked && !held.isStale()) return held;
      const isWell = await held.refresh(signal).then(
        () => true,
        () => false,
      );
      if (isWell) return held;
      signal.throwIfAborted();
    }
    await held?.close();
    closing.signal.throwIfAborted();
    if (connection?.isOpen()) return connection;
    opening ??= open();
    return unlessAborted(opening, signal);
  };
  const stateOf = (tool: string, hash: string): McpTool['state'] => {
    if (!Object.hasOwn(settings.tools, tool)) return 'not-allowed';
    return settings.tools[tool] === hash ? 'allowed' : 'changed';
  };
  const failed = (what: string) => ({ ok: false, text: tell(what) });

  return {
    async list(signal) {
      signal.throwIfAborted();
      try {
        const { offered } = await ready(signal, true);
        return offered().map(({ tool, hash }) => ({
          name: tool.name,
          description: tool.description ?? '',
          parameters: { ...tool.inputSchema },
          hash,
          state: stateOf(tool.name, hash),
        }));
      } catch (error) {
        signal.throwIfAborted();
        const message = tell(`its tools cannot be listed: ${reasonOf(error)}`);
        throw new CodedError('mcp-failed', message, { retryable: true, cause: error });
      }
    },
    async call(tool, args, signal) {
      signal.throwIfAborted();
      if (!Object.hasOwn(settings.tools, tool)) return failed(`the tool ${tool} is not allowed`);
      let used: Connection | undefined;
      try {
        used = await ready(signal, false);
        const offered = used.offered().filter((each) => each.tool.name === tool);
        const [first] = offered;
        if (first === undefined) return failed(`it does not offer the tool ${tool}`);
        if (offered.some(({ hash }) => stateOf(tool, hash) !== 'allowed'))
          return failed(`the tool ${tool} is not what it was when it was allowed, and is not called`);
        const result = await used.call(first.tool, args, signal);
        return { ok: result.isError !== true, text: textOf(result, outputLimit) };
      } catch (error) {
        signal.throwIfAborted();
        if (closing.signal.aborted) return failed('it was closed');
        if (used === undefined) return failed(`it cannot be reached: ${reasonOf(error)}`);
        if (systemCode(error) === 'REQUEST_TIMEOUT')
          return failed(`the tool ${tool} gave no answer within ${timeoutMs} ms`);
        return failed(`the tool ${tool} failed: ${used.ending() ?? reasonOf(error)}`);
      }
    },
    async close() {
      closing.abort(new Error('it was closed'));
      await opening?.catch(() => undefined);
      await connection?.close();
    },
  };
}
