import { systemClock } from '../base/clock.ts';
import type { Disks } from '../base/disk.ts';
import { CodedError } from '../base/errors.ts';
import type { Extractor } from '../capture/extraction.ts';
import { environment } from '../config/environment.ts';
import type { Config } from '../contract/config.ts';
import type { Rule } from '../contract/rule.ts';
import { type Captured, compose } from '../mind/compose.ts';
import { needsOf } from '../mind/needs.ts';
import { createExperience } from '../mind/reason.ts';
import { foresee } from '../outputs/foresee.ts';
import { peek } from '../store/peek.ts';
import type { Rehearsal, RehearseOptions } from '../surfaces/daemon.ts';
import { secretsOf } from './cloud-gate.ts';
import type { McpServers } from './mcp-servers.ts';
import { eventOf, type TriedFile, whyNotByItself } from './rehearse-file.ts';
import { NO_THOUGHT, rehearseThought, type Thought } from './rehearse-think.ts';
import { createTools } from './tools.ts';
import { whoThinks } from './who-thinks.ts';

export interface Rehearsed {
  rule: Rule;
  file: TriedFile;
  captured: Captured;
  config: Config;
  diskOf: Disks;
  extractor: Extractor;
}

/** Thinks about what was captured, and looks at what the outputs would do. */
export async function rehearseOn(
  { rule, file, captured, config, diskOf, extractor }: Rehearsed,
  options: Pick<RehearseOptions, 'onStep' | 'signal'>,
): Promise<Rehearsal> {
  const event = { at: systemClock.now(), data: eventOf(file) };
  const { timezone } = config.values;
  const stays = config.roots.find(({ path }) => path === file.root)?.cloud === 'never';
  const needs = needsOf({
    captured,
    prompt: compose({
      rule,
      thought: NO_THOUGHT,
      event,
      captured,
      timezone,
      now: event.at,
      fenceId: NO_THOUGHT,
    }).prompt,
    rule,
    experience: createExperience(systemClock),
    stays: stays ? `${file.root} says cloud: never` : null,
  });
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

  const whose = { rule: rule.name, subject: `file:${file.path}` };
  const outputs = await foresee(
    {
      thought: NO_THOUGHT,
      rule,
      event,
      captured,
      answer: came.answer,
      former: (await peek(config.database, 'formerOutputs', whose)) ?? [],
      model: `${provider.name}/${came.call.model ?? model}`,
      now: systemClock.now(),
      timezone,
      outputRoots: config.outputRoots,
      gaps: [],
    },
    diskOf,
  );
  const { firstTokenMs, totalMs, inputTokens, outputTokens, raw } = came.call;
  return {
    view: {
      path: file.path,
      rule: { name: rule.name, version: rule.version, file: rule.file },
      notes: await whyNotByItself(file, rule, config),
      captured: {
        format: captured.format,
        characters: captured.text.length,
        truncated: captured.truncated,
      },
      prompt,
      provider: provider.name,
      model: came.call.model ?? model,
      firstTokenMs,
      totalMs,
      usage: { inputTokens, outputTokens },
      raw,
      answer: came.answer,
      reason: came.reason,
      outputs,
    },
    given: { promptKey, answer: came.answer, call: came.call },
  };
}

/** A rule about files names none of their tools. */
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
