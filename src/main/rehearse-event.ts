import { systemClock } from '../base/clock.ts';
import type { Disks } from '../base/disk.ts';
import { CodedError } from '../base/errors.ts';
import type { Extractor } from '../capture/extraction.ts';
import { environment } from '../config/environment.ts';
import type { Config } from '../contract/config.ts';
import type { EventData } from '../contract/event-data.ts';
import type { Rule } from '../contract/rule.ts';
import type { TryView } from '../contract/try.ts';
import { type Captured, compose } from '../mind/compose.ts';
import { needsOf } from '../mind/needs.ts';
import { createExperience } from '../mind/reason.ts';
import { foresee } from '../outputs/foresee.ts';
import { peek } from '../store/peek.ts';
import type { Rehearsal, RehearseOptions } from '../surfaces/daemon.ts';
import { secretsOf } from './cloud-gate.ts';
import type { McpServers } from './mcp-servers.ts';
import { NO_THOUGHT, rehearseThought, type Thought } from './rehearse-think.ts';
import { createTools } from './tools.ts';
import { whoThinks } from './who-thinks.ts';

export interface RehearsedEvent {
  rule: Rule;
  event: { at: number; data: EventData };
  captured: Captured | null;
  /** Of the thought that would be: what the rule wrote for it before is known by it. */
  subject: string;
  /** Why it does not leave this machine; null = the rule decides. */
  stays: string | null;
  config: Config;
  diskOf: Disks;
  extractor: Extractor;
}

/** What was said and what would be done, whatever it is about. */
type Made = Pick<
  TryView,
  | 'prompt'
  | 'provider'
  | 'model'
  | 'firstTokenMs'
  | 'totalMs'
  | 'usage'
  | 'raw'
  | 'answer'
  | 'reason'
  | 'outputs'
>;

/** Lets a rule think about an event, and looks at what the outputs would do. */
export async function rehearseEvent(
  { rule, event, captured, subject, stays, config, diskOf, extractor }: RehearsedEvent,
  options: Pick<RehearseOptions, 'onStep' | 'signal' | 'cloud'>,
): Promise<{ made: Made; given: Rehearsal['given'] }> {
  const { timezone } = config.values;
  const ids = { thought: NO_THOUGHT, fenceId: NO_THOUGHT };
  const { prompt: first } = compose({ ...ids, rule, event, captured, timezone, now: event.at });
  const experience = createExperience(systemClock);
  const needs = needsOf({ captured, prompt: first, rule, experience, stays });
  const { provider, model, close } = await whoThinks(rule, config, needs, options);
  options.onStep({ kind: 'asked', provider: provider.name, model });
  const secrets = secretsOf(config, environment());
  const around = { config: () => config, extractor, clock: systemClock, mcp: NO_MCP, secrets: () => secrets };
  const { came, prompt, promptKey } = await rehearseThought({
    rule,
    event,
    captured,
    timezone,
    provider,
    model,
    tools: await createTools(around).for(rule, options.signal),
    secrets,
    onToken: (text, reasoning) => options.onStep({ kind: 'token', text, reasoning }),
    signal: options.signal,
  }).finally(close);
  if (came.kind !== 'answered') throw notAnswered(came, `${provider.name}/${model}`);
  const { answer, call, reason } = came;
  const outputs = await foresee(
    {
      ...{ thought: NO_THOUGHT, rule, event, captured, answer },
      former: (await peek(config.database, 'formerOutputs', { rule: rule.name, subject })) ?? [],
      model: `${provider.name}/${call.model ?? model}`,
      ...{ now: systemClock.now(), timezone, outputRoots: config.outputRoots, gaps: [] },
    },
    diskOf,
  );
  const { firstTokenMs, totalMs, inputTokens, outputTokens, raw } = call;
  const spoken = { provider: provider.name, model: call.model ?? model, firstTokenMs, totalMs, raw };
  const made = { prompt, ...spoken, usage: { inputTokens, outputTokens }, answer, reason, outputs };
  return { made, given: { promptKey, answer, call } };
}

/** What is rehearsed reaches nobody else: tools of other programs are not offered. */
const NO_MCP: McpServers = {
  tools: async () => [],
  replace: async () => undefined,
  close: async () => undefined,
};

function notAnswered(came: Exclude<Thought['came'], { kind: 'answered' }>, model: string): CodedError {
  if (came.kind === 'unfit') return new CodedError('model-unfit', came.reason);
  const why = came.kind === 'failed' ? came.failure.message : came.message;
  const value = came.said.report.raw;
  return new CodedError('model-failed', `${model}: ${why}`, value === null ? {} : { value });
}
