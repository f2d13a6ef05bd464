import { messageOf } from '../../../base/errors.ts';
import type { Config } from '../../../contract/config.ts';
import type { Rule } from '../../../contract/rule.ts';
import { mcpToolOf } from '../../../contract/tool.ts';
import type { Context } from '../command.ts';
import { type Finding, ok, warn } from './finding.ts';
import { serversOf } from './servers.ts';

/** How long one text may take to be embedded, milliseconds: its model may have to be loaded. */
const EMBED_MS = 60_000;

/** What rules and the configuration need beside an answer: embeddings, tools, and permission to leave. */
export async function mindFindings(
  context: Context,
  config: Config,
  rules: readonly Rule[],
  isFast: boolean,
): Promise<Finding[]> {
  return [
    ...(isFast ? [] : await embeddingFindings(context, config)),
    ...(isFast ? [] : await toolFindings(context, config, rules)),
    ...(await cloudFindings(context, config, rules)),
  ];
}

async function embeddingFindings(context: Context, config: Config): Promise<Finding[]> {
  const { model } = config.values.embeddings;
  if (model === undefined) return [];
  const slash = model.indexOf('/');
  const servers = await serversOf(config, context);
  const server = servers.find(({ name }) => name === model.slice(0, slash));
  try {
    if (server === undefined || !server.provider.local)
      return [
        warn(
          'embeddings',
          `${model} is of no server on this machine or its network`,
          'change embeddings.model',
        ),
      ];
    const within = AbortSignal.any([context.signal, AbortSignal.timeout(EMBED_MS)]);
    await server.provider.probe(within);
    const came = await server.provider.embed?.(['a text'], model.slice(slash + 1), within);
    if (came?.ok)
      return [ok('embeddings', `${model} makes vectors of ${came.vectors[0]?.length ?? 0} numbers`)];
    const why = came?.failure.message ?? 'it makes none';
    return [
      warn(
        'embeddings',
        `${model}: ${why}`,
        `load an embedding model there, then: ${context.line('embed')} "a text" "another"`,
      ),
    ];
  } catch (error) {
    context.signal.throwIfAborted();
    return [warn('embeddings', `${model}: ${messageOf(error)}`, context.line('providers'))];
  } finally {
    for (const { provider } of servers) provider.close?.();
  }
}

/** Servers of tools that rules name must answer, and offer them unchanged. */
async function toolFindings(context: Context, config: Config, rules: readonly Rule[]): Promise<Finding[]> {
  const named = new Set(
    rules.flatMap(({ mind }) => (mind.tools ?? []).flatMap((tool) => mcpToolOf(tool)?.server ?? [])),
  );
  if (named.size === 0) return [];
  const [{ createMcpServer }, { mcpSettings }] = await Promise.all([
    import('../../../mind/tools/mcp/server.ts'),
    import('../../../mind/tools/mcp/settings.ts'),
  ]);
  const findings: Finding[] = [];
  for (const name of named) {
    const settings = config.values.mcp_servers[name];
    if (settings === undefined) continue;
    const server = createMcpServer(mcpSettings(name, settings), context.env);
    try {
      const tools = await server.list(context.signal);
      const well = tools.filter(({ state }) => state === 'allowed').map((tool) => tool.name);
      const lost = Object.keys(settings.tools).filter((tool) => !well.includes(tool));
      findings.push(
        lost.length === 0
          ? ok('tools', `the MCP server ${name} offers ${well.join(', ') || 'nothing that is allowed'}`)
          : warn(
              'tools',
              `the MCP server ${name} has changed or dropped ${lost.join(', ')}: refused`,
              context.line(`tools ${name}`),
            ),
      );
    } catch (error) {
      context.signal.throwIfAborted();
      findings.push(
        warn(
          'tools',
          `the MCP server ${name} is out of reach: ${messageOf(error)}`,
          context.line(`tools ${name}`),
        ),
      );
    } finally {
      await server.close();
    }
  }
  return findings;
}

/** Rules whose only models are elsewhere and that do not allow it, and what leaves by those that do. */
async function cloudFindings(context: Context, config: Config, rules: readonly Rule[]): Promise<Finding[]> {
  const servers = await serversOf(config, context);
  const away = new Set(servers.filter(({ provider }) => !provider.local).map(({ name }) => name));
  for (const { provider } of servers) provider.close?.();
  if (away.size === 0) return [];
  const isAway = (model: string) => away.has(model.split('/', 1)[0] ?? '');
  const findings: Finding[] = Object.entries(config.values.providers)
    .filter(
      ([, { type, api_key: key, base_url: url }]) =>
        type === 'anthropic' && !key && url.includes('anthropic.com'),
    )
    .map(([name]) =>
      warn(
        'cloud',
        `${name} has no key: nothing of it is thought`,
        `ANTHROPIC_API_KEY=… in ${config.folders.config}/.env, then chmod 600 it`,
      ),
    );
  for (const { name, mind } of rules) {
    if (!mind.models.some(isAway)) continue;
    if (mind.cloud === 'allow')
      findings.push(
        ok('cloud', `${name} may send what it is about to ${mind.models.filter(isAway).join(', ')}`),
      );
    else if (mind.models.every(isAway))
      findings.push(
        warn(
          'cloud',
          `${name} names only models elsewhere and does not allow it: nothing of it is thought`,
          `cloud: allow in ${name}.md, or a model on this machine`,
        ),
      );
  }
  return findings;
}
