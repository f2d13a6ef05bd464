import type { Config } from '../../../contract/config.ts';
import type { ProviderHealth } from '../../../contract/provider-health.ts';
import type { Rule } from '../../../contract/rule.ts';
import type { Context } from '../command.ts';
import { span } from '../phrases.ts';
import { type Finding, ok, quoted, warn } from './finding.ts';
import { askShortly, healthOf, loadedContext, type Server, serversOf } from './servers.ts';

/** Tokens of a document of a few pages, beside what a rule itself asks and is to be answered. */
const DOCUMENT_TOKENS = 1500;
/** Room for an answer where a rule sets no limit. */
const ANSWER_TOKENS = 800;
/** A cautious guess for European languages; a tokenizer would tell. */
const CHARACTERS_PER_TOKEN = 3;

/** Every model server, asked itself; those that rules name must answer, too. One that no rule names may be offline. */
export async function providerFindings(
  context: Context,
  config: Config,
  rules: readonly Rule[],
  isFast: boolean,
): Promise<Finding[]> {
  const users = (name: string) =>
    rules.filter(({ mind }) => mind.models.some((model) => model.startsWith(`${name}/`)));
  const servers = await serversOf(config, context);
  const defaults = config.values.default_models.map((model) => model.split('/', 1)[0]);
  const findings = await Promise.all(
    servers.map(async (server) => {
      try {
        return await examine(context, server, users(server.name), defaults.includes(server.name), isFast);
      } finally {
        server.provider.close?.();
      }
    }),
  );
  return findings.flat();
}

async function examine(
  context: Context,
  server: Server,
  users: readonly Rule[],
  isDefault: boolean,
  isFast: boolean,
): Promise<Finding[]> {
  const where = `${server.name} at ${server.address}`;
  const isUsed = isDefault || users.length > 0;
  const health = await healthOf(server, context);
  if (health.state !== 'online') {
    const detail = `${where}: ${health.state}, ${health.reason}`;
    if (!isUsed) return [ok('provider', `${detail}; no rule names it`)];
    return [warn('provider', `${detail}; its thoughts are held until it is online`, mendOf(server))];
  }
  const models = health.loaded === null ? health.models.join(', ') : `${health.loaded} loaded`;
  if (!isUsed) return [ok('provider', `${where}: ${models || 'online'}; no rule names it`)];
  const ofContext = contextFindings(server, await loadedContext(server, health, context), users);
  // A call of it would cost money, and leave this machine.
  if (isFast || !server.provider.local)
    return [
      ok('provider', `${where}: ${models || 'online'}, not asked for an answer`),
      ...ofContext,
      ...unloadedFindings(server, health, users),
    ];
  const answer = await askShortly(server, { prompt: 'Say: OK', maxOutputTokens: 1 }, context);
  const took = answer.report.totalMs === null ? '' : ` in ${span(answer.report.totalMs)}`;
  const answered = answer.failure
    ? warn(
        'provider',
        `${where} lists models and does not answer: ${answer.failure.message}`,
        `load the model anew there, then: ${context.line('doctor')}`,
      )
    : ok('provider', `${where}: ${models || 'online'}, answered${took}`);
  return [answered, ...ofContext, ...unloadedFindings(server, health, users)];
}

/** Models that rules name and the server has not: their thoughts are held. */
function unloadedFindings(
  { name, provider }: Server,
  { models }: ProviderHealth,
  users: readonly Rule[],
): Finding[] {
  // Claude's list has the dated names, and answers to others.
  if (!provider.local) return [];
  // One that lists one model or none answers to any name, as llama-server does.
  if (models.length < 2) return [];
  const named = users.flatMap(({ name: rule, mind }) =>
    mind.models
      .filter((model) => model.startsWith(`${name}/`))
      .map((model) => ({ rule, model: model.slice(name.length + 1) })),
  );
  const lacking = named.filter(
    ({ model }) => model !== 'local-model' && !models.some((each) => isSame(each, model)),
  );
  return lacking.map(({ rule, model }) =>
    warn(
      'model',
      `${name} has no model ${model}, which ${rule} names; its thoughts are held`,
      `name one of: ${models.slice(0, 8).join(', ')}`,
    ),
  );
}

/** Ollama's names end in a tag that may be left out, and an instance's in a number. */
function isSame(offered: string, named: string): boolean {
  return (
    offered === named ||
    offered === `${named}:latest` ||
    offered.replace(/:\d+$/, '') === named ||
    named.replace(/:\d+$/, '') === offered
  );
}

/** Whether what rules ask about a document of a few pages fits into the context that the model is loaded with. */
function contextFindings(server: Server, loaded: number | null, users: readonly Rule[]): Finding[] {
  if (loaded === null) return [];
  const needs = users.map(({ name, prompt, mind }) => ({
    name,
    tokens:
      Math.ceil(prompt.length / CHARACTERS_PER_TOKEN) +
      (mind.maxOutputTokens ?? ANSWER_TOKENS) +
      DOCUMENT_TOKENS,
  }));
  const short = needs.filter(({ tokens }) => tokens > loaded);
  if (short.length === 0)
    return [ok('context', `${server.name} has ${loaded} tokens loaded: enough for the rules`)];
  const most = Math.max(...short.map(({ tokens }) => tokens));
  const names = short.map(({ name }) => name).join(', ');
  const wanted = 2 ** Math.ceil(Math.log2(most));
  const mend =
    server.name === 'lmstudio'
      ? `lms load <model> --context-length ${wanted}`
      : `load the model with ${wanted} tokens: context_length: ${wanted} for type ollama, or llama-server -c ${wanted * server.provider.slots} -np ${server.provider.slots}`;
  const detail = `${server.name} has ${loaded} tokens loaded; ${names} with a document of a few pages needs about ${most}`;
  return [warn('context', detail, mend)];
}

function mendOf({ name, address }: Server): string {
  return name === 'lmstudio'
    ? 'lms server start'
    : `curl ${quoted(`${address.replace(/\/+$/, '').replace(/(\/v1)?$/, '/v1')}/models`)}`;
}
