import { createGuardedRegex, type GuardedRegex } from '../../base/guarded-regex.ts';
import type { RuleOnLog } from '../../contract/rule-on.ts';

/** The regular expressions of a rule on a log. */
export interface LogPatterns {
  /** Whether lines begin records; all of them where the rule does not say what begins one. */
  begin(lines: readonly string[]): boolean[];
  /** Which records the rule wants; how many of them only because an expression was too slow to tell. */
  match(records: readonly string[]): { wanted: boolean[]; undecided: number };
  /** Which expression was too slow last; null = none ever was. */
  slow(): string | null;
}

/** So many texts of a batch may be too slow, each of them 50 ms: the rest of it is not asked about. */
const MOST_SLOW = 2;

export function createLogPatterns(on: Pick<RuleOnLog, 'match' | 'ignore' | 'begins'>): LogPatterns {
  const compile = (source: string | null) => (source === null ? null : createGuardedRegex(source, 'm'));
  const [match, ignore, begins] = [compile(on.match), compile(on.ignore), compile(on.begins)];
  let slow: string | null = null;

  function ask(regex: GuardedRegex, source: string | null, texts: readonly string[]): (boolean | null)[] {
    const answers = askAll(regex, texts);
    if (answers.includes(null)) slow = source;
    return answers;
  }

  return {
    slow: () => slow,
    // A line of which it is not known begins a record: shorter records lose nothing.
    begin: (lines) =>
      begins ? ask(begins, on.begins, lines).map((answer) => answer ?? true) : lines.map(() => true),
    match(records) {
      const matched = match ? ask(match, on.match, records) : records.map(() => true);
      const ignored = ignore ? ask(ignore, on.ignore, records) : records.map(() => false);
      const wanted = records.map((_, at) => matched[at] !== false && ignored[at] !== true);
      const isUndecided = (at: number) => matched[at] === null || ignored[at] === null;
      return { wanted, undecided: wanted.filter((is, at) => is && isUndecided(at)).length };
    },
  };
}

/** An answer for each text; null where there was no time for it. */
function askAll(regex: GuardedRegex, texts: readonly string[]): (boolean | null)[] {
  const answers: (boolean | null)[] = [];
  let slow = 0;
  while (answers.length < texts.length) {
    const answer = regex.test(texts.slice(answers.length));
    answers.push(...answer.matched);
    if (answer.kind === 'done') break;
    // Stopped at its first text it is slow by itself; at a later one, the time was over and it is asked again.
    if (answer.at > 0) continue;
    answers.push(null);
    slow += 1;
    if (slow === MOST_SLOW) return [...answers, ...texts.slice(answers.length).map(() => null)];
  }
  return answers;
}
