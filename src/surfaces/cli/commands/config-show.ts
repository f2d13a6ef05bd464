import { EXIT } from '../../../base/errors.ts';
import type { Command, Context } from '../command.ts';
import { printProblems, readConfig } from '../problems.ts';
import { printTable } from '../table.ts';

export const command: Command = {
  name: 'config show',
  arguments: [],
  options: [{ flags: '--sources', summary: 'say of every value where it comes from' }],
  examples: [
    { line: 'consciousness config show', does: 'Every value, defaults included, as YAML.' },
    { line: 'consciousness config show --sources', does: 'Which file, line or variable decided each value.' },
  ],
  exitCodes: { 0: 'shown', 1: 'it has errors, which are printed instead' },
  json: 'the values as in config.yaml; with --sources { "values": …, "sources": { "dotted.key": string } }',
  async run(context, _args, options) {
    const loaded = await readConfig(context);
    if (!loaded.ok) {
      printProblems(context.err, loaded.problems);
      return EXIT.failed;
    }
    printProblems(context.err, loaded.warnings);
    const { shownValues } = await import('../../../config/shown.ts');
    const values = shownValues(loaded.config.values);
    const sources = options['sources'] === true ? loaded.sources : null;
    if (context.json) {
      context.out.json(sources === null ? values : { values, sources: Object.fromEntries(sources) });
    } else if (sources === null) {
      const { stringify } = await import('yaml');
      context.out.text(stringify(values, { lineWidth: 0 }));
    } else printSources(context, values, sources);
    return EXIT.ok;
  },
};

function printSources({ out }: Context, values: unknown, sources: ReadonlyMap<string, string>): void {
  printTable(
    out,
    [{ title: 'KEY' }, { title: 'VALUE', flexible: true }, { title: 'FROM', flexible: true }],
    [...sources].map(([key, source]) => [key, JSON.stringify(at(values, key)) ?? '', ['dim', source]]),
  );
}

function at(values: unknown, dotted: string): unknown {
  let value = values;
  for (const key of dotted.split('.')) {
    if (typeof value !== 'object' || value === null) return undefined;
    value = Reflect.get(value, key);
  }
  return value;
}
