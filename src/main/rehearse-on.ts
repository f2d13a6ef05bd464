import { systemClock } from '../base/clock.ts';
import type { Disks } from '../base/disk.ts';
import { CodedError } from '../base/errors.ts';
import { createSystemRandom } from '../base/random.ts';
import type { Config } from '../contract/config.ts';
import type { PlanRequest } from '../contract/output.ts';
import type { Rule } from '../contract/rule.ts';
import { listen } from '../mind/call.ts';
import { compose, promptKeyOf } from '../mind/compose.ts';
import { converse } from '../mind/converse.ts';
import { foresee } from '../outputs/foresee.ts';
import { peek } from '../store/peek.ts';
import type { Rehearsal, RehearseOptions } from '../surfaces/daemon.ts';
import { eventOf, type TriedFile, whyNotByItself } from './rehearse-file.ts';
import { whoThinks } from './who-thinks.ts';

/** In place of the id that a thought of a daemon would have. */
const NO_THOUGHT = '0'.repeat(20);

export interface Rehearsed {
  rule: Rule;
  file: TriedFile;
  captured: NonNullable<PlanRequest['captured']>;
  config: Config;
  diskOf: Disks;
}

/** Thinks about what was captured, and looks at what the outputs would do. */
export async function rehearseOn(
  { rule, file, captured, config, diskOf }: Rehearsed,
  options: Pick<RehearseOptions, 'onStep' | 'signal'>,
): Promise<Rehearsal> {
  const event = { at: systemClock.now(), data: eventOf(file) };
  const { timezone } = config.values;
  const { prompt, key } = compose({
    rule,
    thought: NO_THOUGHT,
    event,
    captured,
    timezone,
    now: event.at,
    fenceId: createSystemRandom().hex(8),
  });

  const { provider, model, close } = await whoThinks(rule, config, options);
  options.onStep({ kind: 'asked', provider: provider.name, model });
  const came = await converse(prompt, rule.mind.schema, (words) =>
    listen(
      provider,
      {
        model,
        prompt: words,
        document: captured.text,
        documentName: event.data.name ?? null,
        schema: rule.mind.schema,
        maxOutputTokens: rule.mind.maxOutputTokens,
      },
      systemClock,
      (text, reasoning) => options.onStep({ kind: 'token', text, reasoning }),
      options.signal,
    ),
  ).finally(close);
  if (came.kind !== 'answered') {
    const why = came.kind === 'failed' ? came.failure.message : came.message;
    const value = came.said.report.raw;
    throw new CodedError(
      'model-failed',
      `${provider.name}/${model}: ${why}`,
      value === null ? {} : { value },
    );
  }

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
    given: {
      promptKey: promptKeyOf(rule, `${provider.name}/${model}`, key),
      answer: came.answer,
      call: came.call,
    },
  };
}
