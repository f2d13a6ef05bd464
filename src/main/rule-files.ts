import { homedir } from 'node:os';
import { CodedError } from '../base/errors.ts';
import type { Log } from '../base/log.ts';
import { readText } from '../config/read-text.ts';
import { checkDraft, findRuleFile } from '../config/rule-draft.ts';
import { ruleContext } from '../config/rules.ts';
import type { Config } from '../contract/config.ts';
import { problemLine } from '../contract/problem.ts';
import { type RuleTextView, ruleProblemOf } from '../contract/rule-text.ts';
import { senseOf, wokenBy } from '../contract/woken-by.ts';
import type { Daemon } from '../surfaces/daemon.ts';
import { saveRule, tagOf } from './save-rule.ts';

/** Rule files for whoever writes them. What is saved comes into force as if an editor had: the folder is watched. */
export function createRuleFiles(
  config: () => Config,
  log: Pick<Log, 'info'>,
): Pick<Daemon, 'ruleText' | 'checkRule' | 'saveRule'> {
  const checked = (draft: { name: string; text: string }) =>
    checkDraft(draft, config().folders, ruleContext(config(), homedir()));

  async function ruleText(name: string): Promise<RuleTextView> {
    const { folders } = config();
    const file = await findRuleFile(folders.rules, name);
    const read = file === null ? null : await readText(file);
    if (file === null || read === null || read.kind === 'absent')
      throw new CodedError('rule-file-unknown', `there is no rule ${name} in ${folders.rules}`, {
        value: name,
        next: 'GET /v1/rules lists them',
      });
    if (read.kind === 'unusable')
      throw new CodedError('rule-unreadable', problemLine(read.problem), {
        value: name,
      });
    const { problems } = await checked({ name, text: read.text });
    const etag = tagOf(read.bytes);
    return { name, file, text: read.text, etag, problems: problems.map(ruleProblemOf) };
  }

  return {
    ruleText,
    async checkRule(draft) {
      const { rule, problems } = await checked(draft);
      const woken =
        rule === null ? { wokenBy: '', sense: null } : { wokenBy: wokenBy(rule.on), sense: senseOf(rule.on) };
      return { ok: rule !== null, ...woken, problems: problems.map(ruleProblemOf) };
    },
    async saveRule({ name, text, known }) {
      const { file, rule, problems } = await checked({ name, text });
      if (rule === null)
        throw new CodedError('rule-invalid', problems.map(problemLine).join('\n'), { value: name });
      await saveRule({ file, text, known });
      log.info('rule saved', { rule: name });
      return ruleText(name);
    },
  };
}
