import { createGuardedRegex, type GuardedRegex, testAll } from '../../base/guarded-regex.ts';
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

export function createLogPatterns(on: Pick<RuleOnLog, 'match' | 'ignore' | 'begins'>): LogPatterns {
  const compile = (source: string | null) => (source === null ? null : createGuardedRegex(source, 'm'));
  const [match, ignore, begins] = [compile(on.match), compile(on.ignore), compile(on.begins)];
  let slow: string | null = null;

  function ask(regex: GuardedRegex, source: string | null, texts: readonly string[]): (boolean | null)[] {
    const told = testAll(regex, texts);
    const answers = texts.map((_, at) => told[at] ?? null);
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
