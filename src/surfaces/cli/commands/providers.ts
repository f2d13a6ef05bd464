import { CodedError, EXIT } from '../../../base/errors.ts';
import { problemLine } from '../../../contract/problem.ts';
import type { Abilities, ProviderHealth } from '../../../contract/provider-health.ts';
import { tokensPerSecond } from '../../../contract/speed.ts';
import { type Command, type Context, type Options, textOption } from '../command.ts';
import { askShortly, healthOf, loadedContext, type Server, serversOf } from '../doctor/servers.ts';
import { count, healthSpan, span } from '../phrases.ts';
import { readConfig } from '../problems.ts';
import { printTable } from '../table.ts';
import { oneLine, printWrapped } from '../wrap.ts';

const QUESTION = { prompt: 'Count from one to twenty in words.', maxOutputTokens: 64 };

export const command: Command = {
  name: 'providers',
  arguments: [],
  options: [
    { flags: '--probe', summary: 'let each answer a short question, and measure it' },
    {
      flags: '--load <model>',
      summary: 'provider/model that its server is to load, with the settings of config.yaml',
    },
    { flags: '--unload <model>', summary: 'provider/model that its server is to unload' },
  ],
  examples: [
    { line: 'consciousness providers', does: 'Asks each server itself; needs no daemon.' },
    {
      line: 'consciousness providers --load lmstudio/qwen/qwen3-8b',
      does: 'Loads it once, without a time to live; one that is loaded already is a success.',
    },
    {
      line: 'consciousness providers --probe',
      does: 'First token after how long, how many tokens a second?',
    },
  ],
  exitCodes: { 0: 'every server that is configured is online', 1: 'at least one is not, or did not answer' },
  json: '{ "name", "address", "state", "reason", "models", "loaded", "context", "slots", "abilities", "probe": { "firstTokenMs", "totalMs", "tokensPerSecond", "failure" } | null }[]',
  async run(context, _args, options) {
    const loaded = await readConfig(context);
    if (!loaded.ok) {
      throw new CodedError('config-invalid', loaded.problems.map(problemLine)[0] ?? '', {
        next: context.line('config check'),
        exitCode: EXIT.config,
      });
    }
    const servers = await serversOf(loaded.config, context);
    const ordered = await order(servers, options, context);
    if (ordered !== null) return ordered;
    const views = await Promise.all(
      servers.map((server) => look(server, options['probe'] === true, context)),
    );
    for (const { provider } of servers) provider.close?.();
    if (context.json) context.out.json(views);
    else print(context, views, options['probe'] === true);
    return views.every(({ state, probe }) => state === 'online' && !probe?.failure) ? EXIT.ok : EXIT.failed;
  },
};

/** Carries out an order to load or unload; null where none was given. */
async function order(servers: readonly Server[], options: Options, context: Context): Promise<number | null> {
  const [what, model] = textOption(options, 'load')
    ? (['load', textOption(options, 'load') ?? ''] as const)
    : (['unload', textOption(options, 'unload') ?? ''] as const);
  if (model === '') return null;
  const slash = model.indexOf('/');
  const server = servers.find(({ name }) => name === model.slice(0, Math.max(0, slash)));
  if (server === undefined || slash === model.length - 1) {
    throw new CodedError('model-unknown', `which model is to be ${what}ed`, {
      value: model,
      allowed: `provider/model, of: ${servers.map(({ name }) => name).join(', ')}`,
      exitCode: EXIT.usage,
    });
  }
  // Its first probe tells what kind of server it is.
  const health = await healthOf(server, context);
  const orders = server.provider.models;
  const id = model.slice(slash + 1);
  const came =
    health.state === 'offline' || orders === undefined ? null : await orders[what](id, context.signal);
  for (const { provider } of servers) provider.close?.();
  const detail = came === null ? health.reason : came.ok ? came.detail : came.failure.message;
  if (context.json) context.out.json({ model, ok: came?.ok === true, detail });
  else context.out.line([came?.ok ? 'green' : 'red', came?.ok ? 'done' : 'failed'], `: ${oneLine(detail)}`);
  return came?.ok ? EXIT.ok : EXIT.failed;
}

interface ServerView extends Pick<ProviderHealth, 'state' | 'reason' | 'models' | 'loaded'> {
  name: string;
  address: string;
  /** Calls at once that are made of it. */
  slots: number;
  /** Of the model that it is asked for by default. */
  abilities: Abilities;
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
    slots: server.provider.slots,
    abilities: health.abilities?.['local-model'] ?? {},
    probe: isProbed && isOnline ? await measured(server, context) : null,
  };
}

async function measured(server: Server, context: Context): Promise<ServerView['probe']> {
  const { report, failure } = await askShortly(server, QUESTION, context);
  return {
    firstTokenMs: report.firstTokenMs,
    totalMs: report.totalMs,
    tokensPerSecond: tokensPerSecond(report),
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
      { title: 'SLOTS', align: 'right' },
      { title: 'CAN' },
      ...(isProbed
        ? ([
            { title: 'FIRST TOKEN', align: 'right' },
            { title: 'TOKENS/S', align: 'right' },
          ] as const)
        : []),
      { title: 'ADDRESS', flexible: true },
    ],
    views.map(({ name, state, models, loaded, context, slots, abilities, probe, address }) => [
      ['bold', name],
      healthSpan(state),
      loaded ?? (models.length === 0 ? '-' : count(models.length, 'model')),
      context === null ? '-' : String(context),
      String(slots),
      [abilities.vision ? 'see' : '', abilities.tools ? 'call tools' : ''].filter(Boolean).join(', ') || '-',
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
