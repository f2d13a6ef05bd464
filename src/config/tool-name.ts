import { BUILT_IN_TOOLS, mcpToolOf } from '../contract/tool.ts';
import { nearest } from './nearest.ts';

/** Why a rule cannot name this tool, or null. `mcpTools`: by server, the tools that the configuration allows. */
export function toolProblem(
  tool: string,
  isWatched: boolean,
  mcpTools: Readonly<Record<string, readonly string[]>>,
): { message: string; allowed: string; nearest: string | null } | null {
  const others = Object.entries(mcpTools).flatMap(([server, names]) =>
    names.map((name) => `${server}/${name}`),
  );
  const able: string[] = isWatched ? [...BUILT_IN_TOOLS] : [...BUILT_IN_TOOLS, ...others];
  if (able.includes(tool)) return null;
  const allowed = able.join(', ');
  if (isWatched && mcpToolOf(tool) !== null) {
    return {
      message:
        'a tool of an MCP server in a rule that is not on requests: what is watched must not reach outside',
      allowed,
      nearest: null,
    };
  }
  return {
    message: 'unknown tool, or not allowed under mcp_servers in config.yaml (see `consciousness tools`)',
    allowed,
    nearest: nearest(tool, able),
  };
}
