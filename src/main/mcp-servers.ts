import { messageOf } from '../base/errors.ts';
import type { Log } from '../base/log.ts';
import type { Config } from '../contract/config.ts';
import { createMcpServer, type McpServer } from '../mind/tools/mcp/server.ts';
import { mcpSettings } from '../mind/tools/mcp/settings.ts';
import type { Tool } from '../mind/tools/tool.ts';

/** The MCP servers of the configuration in force. None is started before one of its tools is offered. */
export interface McpServers {
  /** Those tools of a server; what is not allowed, has changed or is out of reach says so where it is called. */
  tools(server: string, names: readonly string[], signal: AbortSignal): Promise<Tool[]>;
  /** Ends those whose settings are other ones now. */
  replace(config: Config): Promise<void>;
  close(): Promise<void>;
}

export function createMcpServers(options: {
  config: Config;
  environment: Readonly<Record<string, string | undefined>>;
  log: Log;
}): McpServers {
  const { environment, log } = options;
  let settings = options.config.values.mcp_servers;
  const running = new Map<string, McpServer>();

  const serverOf = (name: string): McpServer | null => {
    const known = running.get(name);
    const configured = settings[name];
    if (known || configured === undefined) return known ?? null;
    const server = createMcpServer(mcpSettings(name, configured), environment);
    running.set(name, server);
    return server;
  };

  return {
    async tools(name, names, signal) {
      const server = serverOf(name);
      if (server === null) return [];
      try {
        const listed = await server.list(signal);
        return names.map((wanted) => {
          const tool = listed.find((each) => each.name === wanted);
          if (tool?.state === 'allowed') return asTool(name, server, tool);
          const why = tool === undefined ? 'it is not offered any more' : WHY[tool.state];
          log.warning('mcp tool left out', { reason: `${name}/${wanted}: ${why}` });
          return missing(name, wanted, why);
        });
      } catch (error) {
        signal.throwIfAborted();
        log.warning('mcp server out of reach', { reason: `${name}: ${messageOf(error)}` });
        return names.map((wanted) => missing(name, wanted, messageOf(error)));
      }
    },
    async replace({ values }) {
      const before = settings;
      settings = values.mcp_servers;
      for (const [name, server] of running) {
        if (JSON.stringify(before[name]) === JSON.stringify(settings[name])) continue;
        running.delete(name);
        await server.close();
      }
    },
    async close() {
      await Promise.all([...running.values()].map((server) => server.close()));
      running.clear();
    },
  };
}

const WHY = {
  allowed: '',
  'not-allowed': 'it is not allowed in config.yaml',
  changed: 'it has changed since it was allowed: consciousness tools',
} as const;

/** Stands for a tool that its rule names and that cannot be called: whoever reads the thought sees why. */
function missing(server: string, tool: string, why: string): Tool {
  return {
    effect: 'outside',
    spec: {
      name: specName(server, tool),
      description: `Not available now: ${why}`,
      parameters: { properties: {} },
    },
    run: async () => ({ ok: false, text: `${server}/${tool} cannot be called: ${why}` }),
  };
}

function specName(server: string, tool: string): string {
  return `${server}__${tool}`.replaceAll(/[^a-zA-Z0-9_-]/g, '_');
}

/** Models are told of it as `server__tool`: a slash is no letter of a function's name. */
function asTool(
  name: string,
  server: McpServer,
  { name: tool, description, parameters }: Awaited<ReturnType<McpServer['list']>>[number],
): Tool {
  return {
    // Whatever it says of itself: annotations are hints from a stranger.
    effect: 'outside',
    spec: { name: specName(name, tool), description, parameters },
    run: (args, { signal }) => server.call(tool, args, signal),
  };
}
