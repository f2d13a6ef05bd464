import { EXIT } from '../../../base/errors.ts';
import type { Command } from '../command.ts';
import { configPlace, isError, printProblems, readConfig } from '../problems.ts';

export const command: Command = {
  name: 'config check',
  arguments: [],
  options: [],
  examples: [
    { line: 'consciousness config check', does: 'Says of each problem where it is and what is allowed.' },
  ],
  exitCodes: { 0: 'no errors (there may be warnings)', 1: 'there are errors' },
  json: '{ "ok": boolean, "file": string, "problems": ConfigProblem[] }',
  async run(context) {
    const { configFile } = await context.folders();
    const loaded = await readConfig(context);
    const problems = loaded.ok ? loaded.warnings : loaded.problems;
    const ok = !problems.some(isError);
    if (context.json) context.out.json({ ok, file: configFile, problems });
    else {
      printProblems(context.out, problems);
      if (ok) context.out.line(['green', 'ok'], `  ${await configPlace(configFile)}`);
    }
    return ok ? EXIT.ok : EXIT.failed;
  },
};
