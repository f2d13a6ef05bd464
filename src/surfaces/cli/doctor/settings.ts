import { homedir } from 'node:os';
import type { Config } from '../../../contract/config.ts';
import { type ConfigProblem, problemLine } from '../../../contract/problem.ts';
import type { Rule } from '../../../contract/rule.ts';
import type { Context } from '../command.ts';
import { count } from '../phrases.ts';
import { configPlace, readConfig } from '../problems.ts';
import { type Finding, fail, ok, quoted, warn } from './finding.ts';

/** The configuration and the rules, with every problem as a finding. Null where they cannot be used. */
export async function settingsFindings(
  context: Context,
): Promise<{ findings: Finding[]; config: Config | null; rules: Rule[] }> {
  const loaded = await readConfig(context);
  if (!loaded.ok) return { findings: problemFindings('config', loaded.problems), config: null, rules: [] };
  const { loadRules, ruleContext } = await import('../../../config/rules.ts');
  const { config } = loaded;
  const { rules, problems } = await loadRules(config.folders, ruleContext(config, homedir()));
  const none = warn('rules', `no rules in ${config.folders.rules}, so nothing is thought about files`, null);
  return {
    findings: [
      ok('config', await configPlace(config.folders.configFile)),
      ...problemFindings('config', loaded.warnings),
      ...(rules.length === 0 && problems.length === 0 ? [none] : []),
      ...(rules.length > 0
        ? [ok('rules', `${count(rules.length, 'rule')}: ${rules.map((rule) => rule.name).join(', ')}`)]
        : []),
      ...problemFindings('rules', problems),
    ],
    config,
    rules,
  };
}

function problemFindings(check: string, problems: readonly ConfigProblem[]): Finding[] {
  return problems.map((problem) => {
    const detail = problemLine(problem);
    const place = problem.line === null ? '' : `+${problem.line} `;
    const mend = problem.file.startsWith('/') ? `$EDITOR ${place}${quoted(problem.file)}` : null;
    return problem.severity === 'error' ? fail(check, detail, mend) : warn(check, detail, mend);
  });
}
