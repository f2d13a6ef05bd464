import { homedir } from 'node:os';
import { CodedError, EXIT } from '../base/errors.ts';
import { environment } from '../config/environment.ts';
import { foldersFor } from '../config/folders.ts';
import { loadConfig } from '../config/load.ts';
import { loadRule, loadRules, ruleContext } from '../config/rules.ts';
import type { Config } from '../contract/config.ts';
import { type ConfigProblem, problemLine } from '../contract/problem.ts';
import type { Rule } from '../contract/rule.ts';
import { lineFor } from '../surfaces/cli/line.ts';
import type { RehearseOptions } from '../surfaces/daemon.ts';

/** The configuration in force for a home. Throws `config-invalid` (exit 78). */
export async function configOf({ home }: Pick<RehearseOptions, 'home'>): Promise<Config> {
  const env = environment();
  const folders = foldersFor({
    home: home ?? null,
    env,
    platform: process.platform,
    homedir: homedir(),
  });
  const loaded = await loadConfig({ folders, env, homedir: homedir() });
  if (loaded.ok) return loaded.config;
  throw problemsFound('config-invalid', loaded.problems, lineFor(home ?? null, 'config check'), EXIT.config);
}

/** The rule that is meant, with the model that is to think in place of its own. */
export async function ruleOf({ home, rule: asked, model }: RehearseOptions, config: Config): Promise<Rule> {
  const rule = await readRule(asked, config, home);
  if (rule.on.file === undefined) {
    throw new CodedError('rule-not-on-files', `the rule ${rule.name} is not about files`, {
      value: rule.name,
      next: lineFor(home ?? null, `think TEXT --rule ${rule.name}`),
    });
  }
  return model === undefined ? rule : { ...rule, mind: { ...rule.mind, models: [model] } };
}

/** A rule of the rules folder by its name, or of a file. Throws `rule-unknown`, `rule-invalid`. */
export async function readRule(
  asked: RehearseOptions['rule'],
  config: Config,
  home: string | undefined,
): Promise<Rule> {
  const line = (command: string) => lineFor(home ?? null, command);
  const context = ruleContext(config, homedir());
  if ('file' in asked) {
    const loaded = await loadRule(asked.file, context);
    if (loaded.ok) return loaded.rule;
    throw problemsFound('rule-invalid', loaded.problems, line(`rules check ${asked.file}`));
  }
  const { rules, problems } = await loadRules(config.folders, context);
  const found = rules.find((each) => each.name === asked.name);
  if (found) return found;
  const own = problems.filter(({ file }) => file.endsWith(`/${asked.name}.md`));
  if (own.length > 0) throw problemsFound('rule-invalid', own, line('rules check'));
  throw new CodedError('rule-unknown', `there is no rule ${asked.name} in ${config.folders.rules}`, {
    value: asked.name,
    allowed: `${rules.map((each) => each.name).join(', ') || 'there is none yet'}; or the path of a rule file`,
  });
}

/** The first of the problems, and how to see them all. */
function problemsFound(
  code: string,
  [first]: readonly ConfigProblem[],
  next: string,
  exitCode: number = EXIT.failed,
): CodedError {
  const message = first === undefined ? code : problemLine(first);
  return new CodedError(code, message, { next, exitCode });
}
