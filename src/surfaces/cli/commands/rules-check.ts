import { homedir } from 'node:os';
import { resolve } from 'node:path';
import { EXIT } from '../../../base/errors.ts';
import { fromFs } from '../../../base/path-text.ts';
import type { ConfigProblem } from '../../../contract/problem.ts';
import type { Rule } from '../../../contract/rule.ts';
import { wokenBy } from '../../../contract/woken-by.ts';
import type { Command, Context } from '../command.ts';
import { count, short } from '../phrases.ts';
import { isError, printProblems, readConfig } from '../problems.ts';
import { printTable } from '../table.ts';
import { oneLine } from '../wrap.ts';

export const command: Command = {
  name: 'rules check',
  arguments: [
    { name: 'file', summary: 'rule files (default: all in the rules folder)', required: false, many: true },
  ],
  options: [],
  examples: [
    { line: 'consciousness rules check', does: 'Checks every rule against the configuration.' },
    { line: 'consciousness rules check draft.md', does: 'Checks a rule before it is put in place.' },
  ],
  exitCodes: { 0: 'no errors', 1: 'there are errors, in a rule or in the configuration' },
  json: '{ "ok": boolean, "rules": { "name", "version", "file" }[], "problems": ConfigProblem[] }',
  async run(context, args) {
    const { rules, problems } = await check(context, args);
    const ok = !problems.some(isError);
    if (context.json) {
      const found = rules.map(({ name, version, file }) => ({ name, version, file }));
      context.out.json({ ok, rules: found, problems });
      return ok ? EXIT.ok : EXIT.failed;
    }
    printTable(
      context.out,
      [{ title: '' }, { title: '' }, { title: '' }, { title: '', flexible: true }],
      rules.map((rule) => [
        ['green', 'ok'],
        rule.name,
        ['dim', short(rule.version)],
        oneLine(wokenBy(rule.on)),
      ]),
    );
    for (const { name, on, outputs } of rules) {
      if (on.file === undefined || outputs.length > 0) continue;
      const kept = ': its answers are kept, and shown by ';
      context.out.line(
        ['yellow', 'note'],
        `: ${name} writes nothing${kept}`,
        context.line('show'),
        '; `outputs` would write them',
      );
    }
    printProblems(context.out, problems);
    if (rules.length === 0 && problems.length === 0) {
      context.out.line('There are no rules yet in ', (await context.folders()).rules);
    } else if (ok) context.out.line(['dim', `${count(rules.length, 'rule')}, no errors`]);
    return ok ? EXIT.ok : EXIT.failed;
  },
};

async function check(
  context: Context,
  files: readonly string[],
): Promise<{ rules: Rule[]; problems: ConfigProblem[] }> {
  const loaded = await readConfig(context);
  // Without roots and providers nothing true can be said about rules.
  if (!loaded.ok) return { rules: [], problems: loaded.problems };
  const { loadRule, loadRules, ruleContext } = await import('../../../config/rules.ts');
  const against = ruleContext(loaded.config, homedir());
  if (files.length === 0) {
    const { rules, problems } = await loadRules(loaded.config.folders, against);
    return { rules, problems: [...loaded.warnings, ...problems] };
  }
  const rules: Rule[] = [];
  const problems = [...loaded.warnings];
  for (const file of files) {
    const parsed = await loadRule(fromFs(resolve(context.cwd, file)), against);
    if (parsed.ok) rules.push(parsed.rule);
    else problems.push(...parsed.problems);
  }
  return { rules, problems };
}
