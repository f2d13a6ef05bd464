import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { assertInSource, type Swap } from '../torture/swaps.ts';
import type { Told } from './scenario-one.ts';

const TOP = fileURLToPath(new URL('../..', import.meta.url));
const PRELOAD = new URL('./scenario-without.ts', import.meta.url).href;
const ONE = fileURLToPath(new URL('./scenario-one.ts', import.meta.url));
/** What hangs without its defence is ended then. */
const LONGEST_MS = 40_000;

/** One test of a file. */
export interface Sentence {
  /** From the top of the repository. */
  file: string;
  /** With what it stands in: `the Host is one of ours, to the letter`. */
  says: string;
}

/**
 * How a test ended. `failed`: by what it asserts. `broken`: otherwise, as where a change of the source is no program any
 * more. `hung`: it did not end. `not run`: there is none of that name, or its file could not be loaded.
 */
export interface Came {
  kind: 'passed' | 'failed' | 'broken' | 'hung' | 'not run';
  why: string;
}

/**
 * Runs one test in a process of its own with these changes of the source made, there and in every process and thread
 * that it starts. Throws where one of the changes does not fit the source.
 */
export async function without(
  swaps: readonly (Swap & { find: string })[],
  { file, says }: Sentence,
): Promise<Came> {
  assertInSource(swaps);
  const { NODE_TEST_CONTEXT: _, NODE_OPTIONS = '', ...env } = process.env;
  const child = spawn(process.execPath, [ONE, file, says], {
    cwd: TOP,
    // A group of its own: what hangs is ended with all that it has started.
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe', 'pipe'],
    env: {
      ...env,
      // Lines of a source that was changed are none of its coverage.
      NODE_V8_COVERAGE: '',
      NODE_OPTIONS: `${NODE_OPTIONS} --import=${PRELOAD}`,
      CONSCIOUSNESS_WITHOUT: JSON.stringify(swaps),
    },
  });
  const late = setTimeout(() => {
    if (child.pid !== undefined) process.kill(-child.pid, 'SIGKILL');
  }, LONGEST_MS);
  const [told = '', ...said] = await Promise.all([3, 1, 2].map((at) => everything(child.stdio[at])));
  const [, signal] = child.exitCode === null && child.signalCode === null ? await once(child, 'exit') : [];
  clearTimeout(late);
  if (signal !== null && signal !== undefined)
    return { kind: 'hung', why: `ended after ${LONGEST_MS / 1000} s` };
  return outcomeOf(told, says, said.join(''));
}

function everything(stream: unknown): Promise<string> {
  return stream instanceof Readable ? text(stream) : Promise.resolve('');
}

function outcomeOf(lines: string, says: string, said: string): Came {
  const ran = lines.split('\n').flatMap((line): Told[] => (line === '' ? [] : [JSON.parse(line)]));
  // Of one with tests of its own in it, their failures are its own.
  if (ran.filter(({ name }) => says.endsWith(name)).length !== 1)
    return {
      kind: 'not run',
      why: `${ran.map(({ name }) => name).join('; ') || 'nothing ran'}: ${said.slice(-2000)}`,
    };
  const failures = ran.flatMap(({ failure }) => failure ?? []);
  const [first] = failures;
  if (first === undefined) return { kind: 'passed', why: '' };
  const shown = failures.find(isAssertion);
  if (shown !== undefined) return { kind: 'failed', why: shown.message };
  return {
    kind: first.message.startsWith('test timed out') ? 'hung' : 'broken',
    why: `${first.type}: ${first.message}`,
  };
}

function isAssertion({ type, message }: { type: string; message: string }): boolean {
  // As fast-check says it of a property.
  return type === 'AssertionError' || message.startsWith('Property failed after ');
}
