/** Tools that every rule may name. What they do is written in `src/mind/tools/built-in.ts`. */
export const BUILT_IN_TOOLS = ['read_file', 'list_files', 'now'] as const;

/** `server/tool` of an MCP server in two; null where it is no such name. */
export function mcpToolOf(name: string): { server: string; tool: string } | null {
  const slash = name.indexOf('/');
  if (slash <= 0 || slash === name.length - 1) return null;
  return { server: name.slice(0, slash), tool: name.slice(slash + 1) };
}
