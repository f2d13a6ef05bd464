import { CodedError, EXIT, messageOf } from '../../../base/errors.ts';
import { problemLine } from '../../../contract/problem.ts';
import { BUILT_IN_TOOLS } from '../../../contract/tool.ts';
import { createMcpServer, type McpTool } from '../../../mind/tools/mcp/server.ts';
import { mcpSettings } from '../../../mind/tools/mcp/settings.ts';
import type { Command, Context } from '../command.ts';
import { readConfig } from '../problems.ts';
import { oneLine, printWrapped } from '../wrap.ts';

const ABOUT: Record<(typeof BUILT_IN_TOOLS)[number], string> = {
  read_file: 'The text of a file in a watched folder.',
  list_files: 'What is in a watched folder.',
  now: 'The present date and time.',
};

export const command: Command = {
  name: 'tools',
  arguments: [{ name: 'server', summary: 'only this MCP server', required: false, many: false }],
  options: [],
  examples: [
    {
      line: 'consciousness tools notes',
      does: 'Starts the MCP server `notes` of config.yaml, lists its tools, and prints the lines that allow them.',
    },
  ],
  exitCodes: {
    0: 'listed',
    1: 'a server is out of reach, or one of its allowed tools has changed or is gone',
  },
  json: '{ "builtIn": { "name", "description" }[], "servers": { "name", "problem", "tools": { "name", "description", "hash", "state" }[], "gone": string[] }[] }',
  async run(context, [only]) {
    const loaded = await readConfig(context);
    if (!loaded.ok) {
      throw new CodedError('config-invalid', loaded.problems.map(problemLine)[0] ?? '', {
        next: context.line('config check'),
        exitCode: EXIT.config,
      });
    }
    const configured = Object.entries(loaded.config.values.mcp_servers);
    if (only !== undefined && !configured.some(([name]) => name === only)) {
      throw new CodedError('server-unknown', `config.yaml names no MCP server ${only}`, {
        value: only,
        allowed:
          configured.map(([name]) => name).join(', ') ||
          'there is none yet: see mcp_servers in docs/configuration.md',
      });
    }
    const servers: ServerView[] = [];
    for (const [name, settings] of configured) {
      if (only !== undefined && name !== only) continue;
      const server = createMcpServer(mcpSettings(name, settings), context.env);
      try {
        const tools = await server.list(context.signal);
        const offered = new Set(tools.map((tool) => tool.name));
        servers.push({
          name,
          problem: null,
          tools,
          gone: Object.keys(settings.tools).filter((tool) => !offered.has(tool)),
        });
      } catch (error) {
        context.signal.throwIfAborted();
        servers.push({ name, problem: messageOf(error), tools: [], gone: [] });
      } finally {
        await server.close();
      }
    }
    const builtIn = BUILT_IN_TOOLS.map((name) => ({ name, description: ABOUT[name] }));
    if (context.json) context.out.json({ builtIn, servers });
    else print(context, only === undefined ? builtIn : [], servers);
    return servers.every(isWell) ? EXIT.ok : EXIT.failed;
  },
};

interface ServerView {
  name: string;
  /** Why nothing is known of it; null where it answered. */
  problem: string | null;
  tools: McpTool[];
  /** Allowed, and not offered any more. */
  gone: string[];
}

function isWell({ problem, tools, gone }: ServerView): boolean {
  return problem === null && gone.length === 0 && tools.every(({ state }) => state !== 'changed');
}

function print(
  { out }: Context,
  builtIn: readonly { name: string; description: string }[],
  servers: readonly ServerView[],
): void {
  for (const { name, description } of builtIn) out.line(['bold', name], ['dim', `  ${description}`]);
  for (const { name, problem, tools, gone } of servers) {
    out.line();
    out.line(['bold', name], ['dim', '  MCP server']);
    if (problem !== null) printWrapped(out, 2, ['red', 'out of reach'], `: ${oneLine(problem)}`);
    for (const tool of tools) {
      out.line(
        '  ',
        [tool.state === 'changed' ? 'red' : 'bold', `${name}/${tool.name}`],
        ['dim', `  ${WORDS[tool.state]}`],
      );
      printWrapped(out, 4, ['dim', ''], oneLine(tool.description).slice(0, 300));
    }
    for (const tool of gone)
      out.line('  ', ['red', `${name}/${tool}`], ['dim', '  allowed, and not offered any more']);
    const others = tools.filter(({ state }) => state !== 'allowed');
    if (others.length === 0) continue;
    out.line('  ', ['dim', 'Read what each says it does; then allow those that you want, in config.yaml:']);
    out.line(`    mcp_servers: { ${name}: { tools: {`);
    for (const { name: tool, hash } of others)
      out.line(`      ${JSON.stringify(tool)}: ${JSON.stringify(hash)},`);
    out.line('    } } }');
  }
}

const WORDS: Record<McpTool['state'], string> = {
  allowed: 'allowed',
  'not-allowed': 'not allowed yet',
  changed: 'has changed since it was allowed: refused until you allow it anew',
};
