import { CodedError, EXIT } from '../../../base/errors.ts';
import { formatProblem } from '../../../contract/problem.ts';
import type { ProviderHealth } from '../../../contract/provider.ts';
import type { Command, Context } from '../command.ts';
import { askShortly, healthOf, loadedContext, type Server, serversOf } from '../doctor/servers.ts';
import { count, healthSpan, span } from '../phrases.ts';
import { readConfig } from '../problems.ts';
import { printTable } from '../table.ts';
import { oneLine, printWrapped } from '../wrap.ts';

const QUESTION = { prompt: 'Count from one to twenty in words.', maxOutputTokens: 64 };

export const command: Command = {
  name: 'providers',
  arguments: [],
  options: [{ flags: '--probe', summary: 'let each answer a short question, and measure it' }],
  examples: [
    { line: 'consciousness providers', does: 'Asks each server itself; needs no daemon.' },
    {
      line: 'consciousness providers --probe',
      does: 'First token after how long, how many tokens a second?',
    },
  ],
  exitCodes: { 0: 'every server that is configured is online', 1: 'at least one is not, or did not answer' },
  json: '{ "name", "address", "state", "reason", "models", "loaded", "context", "probe": { "firstTokenMs", "totalMs", "tokensPerSecond", "failure" } | null }[]',
  async run(context, _args, options) {
    const loaded = await readConfig(context);
    if (!loaded.ok) {
      throw new CodedError('config-invalid', oneLine(loaded.problems.map(formatProblem)[0] ?? ''), {
        next: context.line('config check'),
        exitCode: EXIT.config,
      });
    }
    const servers = await serversOf(loaded.config, context);
    const views = await Promise.all(
      servers.map((server) => look(server, options['probe'] === true, context)),
    );
    for (const { provider } of servers) provider.close?.();
    if (context.json) context.out.json(views);
    else print(context, views, options['probe'] === true);
    return views.every(({ state, probe }) => state === 'online' && !probe?.failure) ? EXIT.ok : EXIT.failed;
  },
};

interface ServerView extends Pick<ProviderHealth, 'state' | 'reason' | 'models' | 'loaded'> {
  name: string;
  address: string;
  /** Tokens; null where it does not say. */
  context: number | null;
  probe: {
    firstTokenMs: number | null;
    totalMs: number | null;
    tokensPerSecond: number | null;
    failure: string | null;
  } | null;
}

async function look(server: Server, isProbed: boolean, context: Context): Promise<ServerView> {
  const health = await healthOf(server, context);
  const { state, reason, models, loaded } = health;
  const isOnline = state === 'online';
  return {
    name: server.name,
    address: server.address,
    state,
    reason,
    models,
    loaded,
    context: isOnline ? await loadedContext(server, health, context) : null,
    probe: isProbed && isOnline ? await measured(server, context) : null,
  };
}

async function measured(server: Server, context: Context): Promise<ServerView['probe']> {
  const { report, failure } = await askShortly(server, QUESTION, context);
  const { firstTokenMs, totalMs, outputTokens } = report;
  const speaking = firstTokenMs === null || totalMs === null ? 0 : totalMs - firstTokenMs;
  return {
    firstTokenMs,
    totalMs,
    tokensPerSecond:
      outputTokens === null || speaking <= 0 ? null : Math.round((outputTokens * 10_000) / speaking) / 10,
    failure: failure?.message ?? null,
  };
}

function print({ out }: Context, views: readonly ServerView[], isProbed: boolean): void {
  printTable(
    out,
    [
      { title: 'PROVIDER' },
      { title: 'STATE' },
      { title: 'MODEL', flexible: true },
      { title: 'CONTEXT', align: 'right' },
      ...(isProbed
        ? ([
            { title: 'FIRST TOKEN', align: 'right' },
            { title: 'TOKENS/S', align: 'right' },
          ] as const)
        : []),
      { title: 'ADDRESS', flexible: true },
    ],
    views.map(({ name, state, models, loaded, context, probe, address }) => [
      ['bold', name],
      healthSpan(state),
      loaded ?? (models.length === 0 ? '-' : count(models.length, 'model')),
      context === null ? '-' : String(context),
      ...(isProbed
        ? [
            probe?.firstTokenMs == null ? '-' : span(probe.firstTokenMs),
            probe?.tokensPerSecond == null ? '-' : String(probe.tokensPerSecond),
          ]
        : []),
      address,
    ]),
  );
  for (const { name, reason, probe } of views) {
    if (reason !== '') printWrapped(out, 2, ['yellow', name], `: ${oneLine(reason)}`);
    if (probe?.failure) printWrapped(out, 2, ['red', name], `: ${oneLine(probe.failure)}`);
  }
}
