import vm from 'node:vm';
import { messageOf, systemCode } from './errors.ts';

/** Longest regular expression that a rule may have, in characters. */
export const LONGEST_REGEX = 1000;

/** How long one batch of texts may take. */
const LIMIT_MS = 50;

/**
 * What became of a batch. `too-slow`: the expression was stopped while it looked at the text number `at`; the texts
 * before that one have their answers in `matched`. On a busy machine an innocent text can be the one that was looked
 * at when the time was over: asking again with the rest tells, since a text that is too slow by itself is `at` 0 then.
 */
export type GuardedMatch =
  | { kind: 'done'; matched: boolean[] }
  | { kind: 'too-slow'; at: number; matched: boolean[] };

/** A regular expression that cannot block the event loop, whatever it is and whatever it is asked about. */
export interface GuardedRegex {
  /** Asks about a batch of texts: one call costs 0.2 ms [measured], so ask about many lines at once. */
  test(texts: readonly string[]): GuardedMatch;
}

/**
 * Compiles once; throws where {@link regexProblem} has something to say. `flags`: of `imsuv`. `limitMs`: for each
 * batch.
 *
 * `^(a+)+$` over forty letters would take hours, and nothing in JavaScript stops an expression that runs, except the
 * time limit of `vm` [measured: stopped after 50 ms].
 */
export function createGuardedRegex(source: string, flags = '', limitMs = LIMIT_MS): GuardedRegex {
  const problem = regexProblem(source, flags);
  if (problem !== null) throw new SyntaxError(problem);
  const regex = new RegExp(source, flags);
  return {
    test(texts) {
      const matched: boolean[] = [];
      if (texts.length === 0) return { kind: 'done', matched };
      const finished = withinTime(limitMs, () => {
        for (const text of texts) matched.push(regex.test(text));
      });
      return finished ? { kind: 'done', matched } : { kind: 'too-slow', at: matched.length, matched };
    },
  };
}

/** So many times is an expression stopped over one lot of texts, which the event loop waits for. */
const MOST_STOPS = 4;

/**
 * An answer for each text; null for one that is too slow by itself. Shorter than `texts` where too much time was spent
 * before: what comes after its end was not asked about.
 */
export function testAll(
  regex: Pick<GuardedRegex, 'test'>,
  texts: readonly string[],
): readonly (boolean | null)[] {
  let answers: (boolean | null)[] = [];
  for (let stops = 0; answers.length < texts.length && stops < MOST_STOPS; stops += 1) {
    const answer = regex.test(answers.length === 0 ? texts : texts.slice(answers.length));
    answers = answers.concat(answer.matched);
    if (answer.kind === 'too-slow' && answer.at === 0) answers.push(null);
  }
  return answers;
}

/** Why a rule may not have this regular expression; null = it may. */
export function regexProblem(source: string, flags = ''): string | null {
  if (source.length > LONGEST_REGEX) return `longer than ${LONGEST_REGEX} characters`;
  // `g` and `y` remember a place in the text: the next text would be looked at from there on.
  if (/[^imsuv]/.test(flags)) return `flags other than i, m, s, u and v: ${flags}`;
  try {
    // An expression is made into a program when it is first used: one that is too large throws only then.
    new RegExp(source, flags).test('');
    return null;
  } catch (error) {
    // The library's words are "Invalid regular expression: /source/flags: what is wrong".
    return `not a regular expression: ${messageOf(error).replace(/^.*: /s, '')}`;
  }
}

/** Whether it came to its end; false where it was stopped, or where the expression ran out of room. */
function withinTime(limitMs: number, job: () => void): boolean {
  const { global, script } = guardroom();
  global['job'] = job;
  try {
    script.runInContext(global, { timeout: limitMs });
    return true;
  } catch (error) {
    if (systemCode(error) === 'ERR_SCRIPT_EXECUTION_TIMEOUT' || error instanceof RangeError) return false;
    throw error;
  } finally {
    global['job'] = undefined;
  }
}

interface Guardroom {
  global: vm.Context;
  script: vm.Script;
}

let room: Guardroom | null = null;

/**
 * One for the whole thread, made at the first need: it keeps nothing from call to call, and costs 1.3 MB and 0.7 ms
 * [measured], too much for one of each rule's own.
 */
function guardroom(): Guardroom {
  room ??= { global: vm.createContext(vm.constants.DONT_CONTEXTIFY), script: new vm.Script('job()') };
  return room;
}
