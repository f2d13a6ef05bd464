import type { Config } from '../../../contract/config.ts';
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
  if (isFast)
    return [ok('provider', `${where}: ${models || 'online'}, not asked for an answer`), ...ofContext];
  const answer = await askShortly(server, { prompt: 'Say: OK', maxOutputTokens: 1 }, context);
  const took = answer.report.totalMs === null ? '' : ` in ${span(answer.report.totalMs)}`;
  const answered = answer.failure
    ? warn(
        'provider',
        `${where} lists models and does not answer: ${answer.failure.message}`,
        `load the model anew there, then: ${context.line('doctor')}`,
      )
    : ok('provider', `${where}: ${models || 'online'}, answered${took}`);
  return [answered, ...ofContext];
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
      : `load the model with ${wanted} tokens: OLLAMA_CONTEXT_LENGTH=${wanted} ollama serve, or llama-server -c ${wanted}`;
  const detail = `${server.name} has ${loaded} tokens loaded; ${names} with a document of a few pages needs about ${most}`;
  return [warn('context', detail, mend)];
}

function mendOf({ name, address }: Server): string {
  return name === 'lmstudio' ? 'lms server start' : `curl ${quoted(`${address.replace(/\/+$/, '')}/models`)}`;
}
