import * as z from 'zod';
import type { Clock } from '../../base/clock.ts';
import type { Sender, SendHandler, Sent } from '../output.ts';
import { chosen } from './environment.ts';
import { factsOf } from './facts.ts';
import { type Ran, runProgram } from './program.ts';
import { lastWords, oneLine } from './words.ts';

export interface CommandOptions {
  environment: Readonly<Record<string, string | undefined>>;
  clock: Clock;
  /** Whether the configuration in force lets rules run programs. */
  allowed(): boolean;
  /** The longest that one may run. Default: 60 s. */
  ms?: number;
}

/** All that a program sees of the daemon's environment. */
const PASSED = ['PATH', 'HOME', 'LANG'];

const content = z.object({ argv: z.array(z.string()).min(1), input: z.unknown() });

/** What it is given on its standard input, beside the arguments that stand in the rule. */
export const command: SendHandler = {
  kind: 'command',
  target: ({ argv = [] }) => `command: ${oneLine(argv[0] ?? '', 200)}`,
  compose: ({ argv = [] }, rendering) => JSON.stringify({ argv, input: factsOf(rendering) }),
};

/**
 * A program of this machine with the arguments that stand in the rule, and never another one: what a model says, and
 * what it is about, come as JSON on its standard input. It runs in the home folder, by no shell.
 */
export function createCommand(options: CommandOptions): Sender {
  return {
    async send(output, context): Promise<Sent> {
      if (!options.allowed())
        return { state: 'denied', reason: 'config.yaml does not say commands: allow (any more)' };
      const { environment, clock, ms = 60_000 } = options;
      const { argv, input } = content.parse(JSON.parse(output.content));
      const env = {
        ...chosen(environment, PASSED),
        CONSCIOUSNESS_THOUGHT: context.thought,
        CONSCIOUSNESS_RULE: context.rule,
      };
      const cwd = environment['HOME'] ?? '/';
      const program = { argv, env, cwd, input: `${JSON.stringify(input)}\n`, ms };
      await context.markSent();
      return outcomeOf(await runProgram(program, clock, context.signal), argv[0] ?? '', ms);
    },

    doubt: (target) =>
      `it may have run, wholly or in part: look at what ${target.replace('command: ', '')} does, and run it yourself if it has not`,
  };
}

function outcomeOf(ran: Ran, program: string, ms: number): Sent {
  const name = oneLine(program, 100);
  switch (ran.kind) {
    case 'not-started':
      // Nothing has run: it is there, or may be started, another time.
      return {
        state: 'held',
        reason:
          ran.code === 'ENOENT'
            ? `there is no ${name} in the daemon's PATH: install it, or write its whole path in the rule`
            : `${name} could not be started (${ran.code || ran.message})`,
      };
    case 'cut':
      return ran.why === 'time'
        ? {
            state: 'failed',
            reason: `${name} took longer than ${ms / 1000} s and was ended${saying(ran.said)}`,
          }
        : { state: 'unknown', reason: `${name} was ended because the daemon was${saying(ran.said)}` };
    case 'ended':
      if (ran.code === 0) return { state: 'applied', reason: '' };
      return {
        state: 'failed',
        reason: `${name} ended with ${ran.code ?? ran.signal}${saying(ran.said)}`,
      };
    default:
      return ran satisfies never;
  }
}

function saying(said: string): string {
  const words = lastWords(said, 300);
  return words === '' ? '' : `: ${words}`;
}
