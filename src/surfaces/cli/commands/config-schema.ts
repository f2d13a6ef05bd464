import type { Command } from '../command.ts';

export const command: Command = {
  name: 'config schema',
  arguments: [],
  options: [{ flags: '--rule', summary: "the schema of a rule's front matter instead" }],
  examples: [
    {
      line: 'consciousness config schema > config.schema.json',
      does: 'Lets an editor complete and check keys.',
    },
  ],
  exitCodes: { 0: 'printed' },
  json: 'a JSON Schema (2020-12), with or without --json',
  async run(context, _args, options) {
    const { configJsonSchema, ruleJsonSchema } = await import('../../../config/schema.ts');
    context.out.json(options['rule'] === true ? ruleJsonSchema() : configJsonSchema());
    return 0;
  },
};
