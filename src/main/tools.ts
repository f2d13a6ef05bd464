import { lstat, readdir, realpath } from 'node:fs/promises';
import type { Clock } from '../base/clock.ts';
import { fromFs, toFs } from '../base/path-text.ts';
import type { Extractor } from '../capture/extraction.ts';
import type { Config, RootConfig } from '../contract/config.ts';
import type { Rule } from '../contract/rule.ts';
import { mcpToolOf } from '../contract/tool.ts';
import { builtInTools, type ListedEntry, type Surroundings } from '../mind/tools/built-in.ts';
import type { Tool } from '../mind/tools/tool.ts';
import { whyIgnored } from '../senses/files/why-ignored.ts';
import type { McpServers } from './mcp-servers.ts';

/** The tools that rules may name, as the configuration in force allows them. */
export interface Tools {
  /** Those of one rule; what a rule names that is not there, no model is told of. */
  for(rule: Rule, signal: AbortSignal): Promise<Tool[]>;
}

/** Makes the tools; nothing is started before a rule with an MCP server's tool is thought. */
export function createTools(options: {
  config(): Config;
  extractor: Extractor;
  clock: Clock;
  mcp: McpServers;
  /** Values that must not leave this machine, with what each is. */
  secrets(): ReadonlyMap<string, string>;
}): Tools {
  const { config, extractor, clock, mcp, secrets } = options;
  const ignored = (path: string) => {
    const { roots, folders, database } = config();
    return whyIgnored(path, {
      roots,
      ignorePatterns: [],
      stateDirectory: folders.state,
      databases: [database],
    });
  };
  const around: Surroundings = {
    roots: () => config().roots,
    timezone: () => config().values.timezone,
    now: () => clock.now(),
    secrets,
    async readText(path, root, signal) {
      const why = await ignored(path);
      if (why !== null) return { ok: false, text: `${path} is not read: ${why.by} (${why.pattern})` };
      const read = await extractor.extract({ path, root: root.path, hash: null }, signal);
      switch (read.kind) {
        case 'text':
          return { ok: true, text: read.text || `it has only pictures: ${read.unread ?? ''}` };
        case 'unreadable':
          return { ok: false, text: `${path} ${read.reason}` };
        case 'changed':
          return { ok: false, text: `${path} is not there` };
        default:
          return read satisfies never;
      }
    },
    listFolder: (folder, root) => listFolder(folder, root, ignored),
  };
  const builtIn = new Map(builtInTools(around).map((tool) => [tool.spec.name, tool]));
  return {
    async for({ mind, on, outputs }, signal) {
      const names = mind.tools ?? [];
      const leaves = outputs.some(({ kind }) => kind === 'webhook');
      const own = names
        .flatMap((name) => builtIn.get(name) ?? [])
        .map((tool) => (leaves ? farAway(tool) : tool));
      // A rule about what is watched gets none of them: checked with the rule, and here.
      if (on.request === undefined) return own;
      const wanted = new Map<string, string[]>();
      for (const name of names) {
        const asked = mcpToolOf(name);
        if (asked) wanted.set(asked.server, [...(wanted.get(asked.server) ?? []), asked.tool]);
      }
      const others = await Promise.all(
        Array.from(wanted, ([server, tools]) => mcp.tools(server, tools, signal)),
      );
      return [...own, ...others.flat()];
    },
  };
}

/** What its answer is sent away with reads only what a model elsewhere may read. */
function farAway(tool: Tool): Tool {
  return { ...tool, run: (args, how) => tool.run(args, { ...how, local: false }) };
}

/** Null where it is no folder, or really lies elsewhere. */
async function listFolder(
  folder: string,
  root: RootConfig,
  ignored: (path: string) => ReturnType<typeof whyIgnored>,
): Promise<ListedEntry[] | null> {
  try {
    const [real, top] = await Promise.all([realpath(toFs(folder)), realpath(toFs(root.path))]);
    if (real !== top && !String(real).startsWith(`${top}/`)) return null;
    const names = await readdir(toFs(folder), { encoding: 'buffer' });
    const entries: ListedEntry[] = [];
    for (const name of names) {
      const text = fromFs(name);
      const path = `${folder}/${text}`;
      const stats = await lstat(toFs(path));
      const isFolder = stats.isDirectory();
      // Of a folder it asks whether it is an ordinary file, which it need not be.
      const why = isFolder ? await ignored(`${path}/x`) : await ignored(path);
      if (why !== null) continue;
      entries.push({ name: text, isFolder, size: stats.size, modified: stats.mtimeMs });
    }
    return entries;
  } catch {
    return null;
  }
}
