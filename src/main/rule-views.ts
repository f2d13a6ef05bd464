import type { RuleView } from '../contract/api.ts';
import { type ConfigProblem, problemLine } from '../contract/problem.ts';
import type { Rule } from '../contract/rule.ts';
import { slotsOf } from '../contract/slots.ts';
import { wokenBy } from '../contract/woken-by.ts';
import { noFacts, type RuleFacts } from '../store/queries/rule-facts.ts';
import { problemOf } from './status.ts';

export interface RuleViewFacts {
  /** Those in force. */
  rules: readonly Rule[];
  problems: readonly ConfigProblem[];
  /** Where rule files are. */
  folder: string;
  facts: ReadonlyMap<string, RuleFacts>;
  /** Epoch ms. */
  now: number;
  /** Of the configuration. */
  timezone: string;
  /** Why a rule is paused, by name; null = it is not. */
  paused(name: string): string | null;
  /** Why ready thoughts of a version are held; null = they are not. */
  why(version: string): string | null;
}

/** Pure: every rule in force, and every rule file that is refused, with what became of them. */
export function ruleViews(input: RuleViewFacts): RuleView[] {
  const { rules, problems, folder, paused, why, now, timezone } = input;
  const views = rules.map(({ name, version, file, on, mind }): RuleView => {
    const problem = problemOf(file, problems);
    return {
      name,
      version,
      state: problem !== null ? 'refused' : paused(name) !== null ? 'paused' : 'in-force',
      file,
      wokenBy: wokenBy(on),
      paths: on.file?.paths ?? (on.log ? [on.log.path] : []),
      next: nextTimes(on, now, timezone),
      models: mind.models,
      held: why(version),
      problem,
      ...became(name, input),
    };
  });
  const known = new Set(rules.map((rule) => rule.file));
  const refused = problems.filter(
    ({ file, severity }) => severity === 'error' && file.startsWith(`${folder}/`) && !known.has(file),
  );
  for (const problem of refused) {
    const { file } = problem;
    if (views.some((view) => view.file === file)) continue;
    const name = file.slice(folder.length + 1).replace(/\.md$/, '');
    views.push({
      name,
      version: '',
      state: 'refused',
      file,
      wokenBy: '',
      paths: [],
      next: [],
      models: [],
      held: null,
      problem: problemLine(problem),
      ...became(name, input),
    });
  }
  return views.sort((a, b) => (a.name < b.name ? -1 : 1));
}

const TIMES = 3;

function nextTimes({ schedule }: Rule['on'], now: number, timezone: string): string[] {
  if (schedule === undefined) return [];
  const zone = schedule.timezone === 'system' ? timezone : schedule.timezone;
  const slots = slotsOf({ ...schedule, timezone: zone });
  const times: string[] = [];
  for (let at = slots.next(now); at !== null && times.length < TIMES; at = slots.next(at))
    times.push(new Date(at).toISOString());
  return times;
}

function became(name: string, { facts }: RuleViewFacts): Pick<RuleView, 'thoughts' | 'last' | 'lastResult'> {
  const { thoughts, last, lastResult } = facts.get(name) ?? noFacts();
  return { thoughts, last, lastResult };
}
