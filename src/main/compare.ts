import { systemClock, watchingClock } from '../base/clock.ts';
import { createDisks } from '../base/disk.ts';
import { CodedError } from '../base/errors.ts';
import { createExtractor } from '../capture/extract.ts';
import { environment } from '../config/environment.ts';
import { builtinRequestRule } from '../config/rule-text.ts';
import type { ComparedResult, ComparedSubject, CompareView } from '../contract/compare.ts';
import type { Config } from '../contract/config.ts';
import type { EventData } from '../contract/event-data.ts';
import type { Provider } from '../contract/provider.ts';
import type { Rule } from '../contract/rule.ts';
import { tokensPerSecond } from '../contract/speed.ts';
import type { Captured } from '../mind/compose.ts';
import { serverSettings } from '../mind/providers/create.ts';
import { abilitiesOf } from '../mind/route.ts';
import { peek } from '../store/peek.ts';
import type { CompareOptions } from '../surfaces/daemon.ts';
import { packageVersion } from '../surfaces/version.ts';
import { secretsOf } from './cloud-gate.ts';
import { forgotten, type Past, pastOf, pastThought } from './past-thought.ts';
import { createProviders } from './providers.ts';
import { eventOf, triedFile } from './rehearse-file.ts';
import { configOf, readRule } from './rehearse-rule.ts';
import { rehearseThought } from './rehearse-think.ts';
import { elsewhere } from './who-thinks.ts';

/** One thing that every model is to think about. */
interface Subject {
  name: string;
  rule: Rule;
  event: { at: number; data: EventData };
  captured: Captured | null;
}

/** Lets every model think about every subject, one call at a time, and measures; by the configuration given, or its home's. */
export async function compareModels(options: CompareOptions, inForce?: Config): Promise<CompareView> {
  const config = inForce ?? (await configOf(options));
  const subjects = await subjectsOf(options, config);
  const providers = createProviders(config, packageVersion(), watchingClock);
  try {
    const who = options.models.map((model) => ({ model, ...providerOf(model, providers) }));
    for (const { model, provider } of who)
      if (!provider.local && options.cloud !== true) throw elsewhere(model);
    const compared: ComparedSubject[] = [];
    for (const subject of subjects) {
      const results: ComparedResult[] = [];
      for (const { model, provider, id } of who)
        results.push(await resultOf(subject, { name: model, provider, id }, config, options));
      compared.push({ subject: subject.name, results });
    }
    const [first] = subjects;
    return { rule: 'text' in options.about ? null : (first?.rule.name ?? null), subjects: compared };
  } finally {
    for (const provider of providers.values()) provider.close?.();
  }
}

function providerOf(
  model: string,
  providers: ReadonlyMap<string, Provider>,
): { provider: Provider; id: string } {
  const slash = model.indexOf('/');
  const provider = providers.get(model.slice(0, Math.max(0, slash)));
  if (provider !== undefined && slash < model.length - 1) return { provider, id: model.slice(slash + 1) };
  throw new CodedError('model-unknown', `no provider has the model ${model}`, {
    value: model,
    allowed: `provider/model, of: ${[...providers.keys()].join(', ')}`,
  });
}

async function subjectsOf({ about, home, signal }: CompareOptions, config: Config): Promise<Subject[]> {
  const now = systemClock.now();
  if ('text' in about) {
    const rule = builtinRequestRule(config.values.default_models);
    return [{ name: about.text, rule, event: { at: now, data: { text: about.text } }, captured: null }];
  }
  if ('thought' in about) return [await pastSubject(about.thought, config, home)];
  const rule = await readRule(about.rule, config, home);
  if ('last' in about) return pastThoughts(rule, about.last, config);
  const extractor = createExtractor(createDisks(() => systemClock.monotonic()));
  try {
    const subjects: Subject[] = [];
    for (const path of about.paths) {
      const file = await triedFile(path, config);
      const read = await extractor.extract({ path, root: file.root, hash: null }, signal);
      if (read.kind !== 'text') {
        const why = read.kind === 'unreadable' ? read.reason : 'is not there any more';
        throw new CodedError('file-unreadable', `${path} ${why}`, { value: path });
      }
      subjects.push({ name: path, rule, event: { at: now, data: eventOf(file) }, captured: read });
    }
    return subjects;
  } finally {
    await extractor.close();
  }
}

/** What a rule has thought about, the newest first, as it was captured then. */
async function pastThoughts(rule: Rule, last: number, config: Config): Promise<Subject[]> {
  const query = { state: null, rule: rule.name, since: null, unprocessed: false, subject: null, limit: 1000 };
  const rows = (await peek(config.database, 'listThoughts', query)) ?? [];
  const subjects: Subject[] = [];
  for (const { id } of rows) {
    if (subjects.length === last) break;
    const view = await peek(config.database, 'viewThought', { id });
    const past = view ? await pastOf(view, config) : null;
    if (past !== null) subjects.push(subjectOf(past, rule));
  }
  if (subjects.length > 0) return subjects;
  const why =
    rows.length === 0
      ? `${rule.name} has thought about nothing yet`
      : `nothing that ${rule.name} has thought about is kept any more`;
  throw new CodedError('nothing-to-compare', why, {
    value: rule.name,
    next: 'name files: consciousness compare RULE FILE… --models a,b',
  });
}

async function pastSubject(id: string, config: Config, home: string | undefined): Promise<Subject> {
  const view = await pastThought(id, config);
  const rule =
    view.rule === 'request'
      ? builtinRequestRule(config.values.default_models)
      : await readRule({ name: view.rule }, config, home);
  const past = await pastOf(view, config);
  if (past === null) throw forgotten(view);
  return subjectOf(past, rule);
}

function subjectOf({ view, event, captured }: Past, rule: Rule): Subject {
  const about = event.data.path ?? event.data.text ?? '';
  return { name: `${view.id.slice(0, 10)} ${about}`.trim(), rule, event, captured };
}

async function resultOf(
  { rule, event, captured }: Subject,
  { name, provider, id }: { name: string; provider: Provider; id: string },
  config: Config,
  { onStep, signal }: CompareOptions,
): Promise<ComparedResult> {
  onStep({ kind: 'asked', provider: provider.name, model: id });
  const refused =
    refusalOf(rule, event.data, provider, config) ?? (await blindness(captured, provider, id, signal));
  if (refused !== null) return failedResult(name, refused);
  const { came } = await rehearseThought({
    rule,
    event,
    captured,
    timezone: config.values.timezone,
    provider,
    model: id,
    tools: [],
    secrets: secretsOf(config, environment()),
    onToken: (text, reasoning) => onStep({ kind: 'token', text, reasoning }),
    signal,
  });
  if (came.kind === 'unfit') return failedResult(name, came.reason);
  const report = came.kind === 'answered' ? came.call : came.said.report;
  const { firstTokenMs, totalMs, inputTokens, outputTokens, raw } = report;
  const hasSchema = rule.mind.schema !== null;
  return {
    model: name,
    state: came.kind === 'answered' ? 'answered' : came.kind === 'unusable' ? 'unusable' : 'failed',
    answer: came.kind === 'answered' ? came.answer : null,
    reason:
      came.kind === 'answered' ? came.reason : came.kind === 'failed' ? came.failure.message : came.message,
    valid: hasSchema && came.kind !== 'failed' ? came.kind === 'answered' : null,
    firstTokenMs,
    totalMs,
    usage: { inputTokens, outputTokens },
    tokensPerSecond: tokensPerSecond({ firstTokenMs, totalMs, outputTokens }),
    cost: costOf(provider.name, { inputTokens, outputTokens }, config),
    raw,
  };
}

/** What a person typed themselves may go where they say; what is watched, only where its rule and its folder allow it. */
function refusalOf(rule: Rule, data: EventData, provider: Provider, config: Config): string | null {
  if (provider.local || data.path === undefined) return null;
  if (rule.mind.cloud !== 'allow') return `not asked: ${rule.name} does not say cloud: allow`;
  const root = config.roots.find(({ path }) => data.path?.startsWith(`${path}/`));
  return root?.cloud === 'never' ? `not asked: ${root.path} says cloud: never` : null;
}

/** Why a model cannot think about pictures without text; null where it can, or there are none. */
async function blindness(
  captured: Captured | null,
  provider: Provider,
  model: string,
  signal: AbortSignal,
): Promise<string | null> {
  if (captured === null || captured.text.trim() !== '' || captured.pictures === undefined) return null;
  const { vision } = abilitiesOf(await provider.probe(signal), model);
  return vision === true
    ? null
    : `not asked: it ${captured.unread ?? 'holds only pictures'}, and this model does not see pictures`;
}

function failedResult(model: string, reason: string): ComparedResult {
  return {
    model,
    state: 'failed',
    answer: null,
    reason,
    valid: null,
    firstTokenMs: null,
    totalMs: null,
    usage: { inputTokens: null, outputTokens: null },
    tokensPerSecond: null,
    cost: null,
    raw: null,
  };
}

function costOf(
  provider: string,
  { inputTokens, outputTokens }: ComparedResult['usage'],
  { values }: Config,
): number | null {
  const settings = serverSettings(values)[provider];
  const prices = settings !== undefined && 'prices' in settings ? settings.prices : undefined;
  if (prices === undefined || inputTokens === null || outputTokens === null) return null;
  return (inputTokens * prices.input + outputTokens * prices.output) / 1e6;
}
