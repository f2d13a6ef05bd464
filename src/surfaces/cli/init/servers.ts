import { totalmem } from 'node:os';
import { discoverServers, type FoundServer } from '../../../mind/providers/discover.ts';
import { recommend } from '../../../mind/providers/recommend.ts';
import type { Context } from '../command.ts';
import { count } from '../phrases.ts';
import { printTable } from '../table.ts';
import { printWrapped } from '../wrap.ts';
import type { Ask } from './ask.ts';

/** A model that was found, and how a configuration names it. */
export interface ChosenModel {
  /** Name of the provider. */
  provider: 'lmstudio' | 'ollama' | 'llama' | 'local';
  title: string;
  baseUrl: string;
  model: string;
}

const TITLES: Record<FoundServer['kind'], string> = {
  lmstudio: 'LM Studio',
  ollama: 'Ollama',
  'llama-server': 'llama-server',
  'openai-compatible': 'a model server',
};
const PROVIDERS = {
  lmstudio: 'lmstudio',
  ollama: 'ollama',
  'llama-server': 'llama',
  'openai-compatible': 'local',
} as const;

/** Looks for servers on this machine, shows them, and asks which model is to think; null where there is none. */
export async function chooseModel(
  ask: Ask,
  ports: readonly number[],
  { out, signal }: Context,
): Promise<ChosenModel | null> {
  const servers = await discoverServers(signal, ports);
  const advice = recommend(totalmem());
  const choices = servers.flatMap((server) => server.models.map((model) => ({ server, model })));
  if (choices.length === 0) {
    if (servers.length === 0) out.line(['yellow', 'No model server runs on this machine.']);
    for (const { kind, baseUrl } of servers)
      out.line(['yellow', `${TITLES[kind]} runs at ${baseUrl} and has no chat model.`]);
    out.line(
      `For its memory, a model of ${advice.size}, with ${advice.context} tokens of context, fits. One of:`,
    );
    for (const { kind, command } of commandsFor(servers, advice.commands))
      out.line('  ', ['bold', command], ['dim', `  # ${TITLES[kind]}`]);
    return null;
  }
  printTable(
    out,
    [
      { title: 'SERVER' },
      { title: 'MODEL', flexible: true },
      { title: 'LOADED' },
      { title: 'CONTEXT', align: 'right' },
    ],
    choices.map(({ server, model }) => [
      TITLES[server.kind],
      model.id,
      model.loaded ? ['green', 'yes'] : 'no',
      model.context === null ? '-' : count(model.context, 'token'),
    ]),
    2,
  );
  choices.sort((a, b) => Number(b.model.loaded) - Number(a.model.loaded));
  const options = choices.map((value) => ({
    value,
    label: value.model.id,
    hint: `${TITLES[value.server.kind]}${value.model.loaded ? ', loaded' : ''}`,
  }));
  const { server, model } =
    options.length === 1 && options[0]
      ? options[0].value
      : await ask.choose('Which model is to think?', options);
  if (model.context !== null && model.context < advice.context)
    printWrapped(
      out,
      6,
      ['yellow', 'note'],
      `: it is loaded with ${model.context} tokens of context, which a few pages fill; this machine has memory for ${advice.context}`,
    );
  return {
    provider: PROVIDERS[server.kind],
    title: TITLES[server.kind],
    baseUrl: server.baseUrl,
    // The loaded model is followed, whichever it is; what is not loaded is asked for by name.
    model: server.kind === 'ollama' || !model.loaded ? model.id : 'local-model',
  };
}

/** Those of servers that run already, else all. */
function commandsFor(
  servers: readonly FoundServer[],
  commands: Record<'lmstudio' | 'ollama' | 'llama-server', string>,
) {
  const kinds = ['lmstudio', 'ollama', 'llama-server'] as const;
  const running = kinds.filter((kind) => servers.some((server) => server.kind === kind));
  return (running.length > 0 ? running : kinds).map((kind) => ({ kind, command: commands[kind] }));
}
