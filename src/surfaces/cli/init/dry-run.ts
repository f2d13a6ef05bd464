import { CodedError } from '../../../base/errors.ts';
import { matchesRule } from '../../../contract/glob.ts';
import type { Rule } from '../../../contract/rule.ts';
import type { Rehearsal, RehearsalStep, Survey } from '../../daemon.ts';
import type { Context } from '../command.ts';
import { callFacts, printForeseen } from '../foreseen.ts';
import { span } from '../phrases.ts';

/** The user's own files that are thought about. */
const FILES = 3;
/** Lines of an output that are shown. */
const LINES = 24;

/** Lets the rule think about the newest files that it matches; nothing is written. By path, what came of it. */
export async function dryRun(
  { newest }: Survey,
  rule: Rule,
  model: string | undefined,
  context: Context,
): Promise<Map<string, Rehearsal>> {
  const { out } = context;
  const came = new Map<string, Rehearsal>();
  for (const path of newest.filter((each) => matchesRule(rule, each)).slice(0, FILES)) {
    out.line();
    out.line(['bold', path]);
    try {
      const rehearsal = await context.rehearse({
        ...(context.home === null ? {} : { home: context.home }),
        ...(model === undefined ? {} : { model }),
        rule: { name: rule.name },
        path,
        onStep: stepsOn(context),
        signal: context.signal,
      });
      out.status();
      came.set(path, rehearsal);
      out.line('  ', ['dim', callFacts(rehearsal.view)]);
      for (const output of rehearsal.view.outputs) printForeseen(out, output, LINES);
    } catch (error) {
      out.status();
      // One that cannot be read says nothing about the others; without its server, none can be thought about.
      if (!(error instanceof CodedError) || error.code === 'model-held' || error.exitCode === 130)
        throw error;
      out.line('  ', ['yellow', 'skipped'], `: ${error.message}`);
    }
  }
  return came;
}

/** Shows on the last line how far a thought is. */
function stepsOn({ out, clock }: Context): (step: RehearsalStep) => void {
  let tokens = 0;
  let asked = '';
  const since = clock.monotonic();
  return (step) => {
    if (step.kind === 'waiting') {
      out.status(['yellow', 'waiting'], `: ${step.reason}`);
      return;
    }
    if (step.kind === 'asked') asked = `${step.provider}/${step.model}`;
    else tokens += 1;
    out.status(['blue', 'thinking'], ` with ${asked}`, [
      'dim',
      ` ${tokens} tokens, ${span(clock.monotonic() - since)}`,
    ]);
  };
}
