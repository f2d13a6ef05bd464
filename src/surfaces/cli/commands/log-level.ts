import type { Command } from '../command.ts';

export const command: Command = {
  name: 'log-level',
  arguments: [
    {
      name: 'level',
      summary: 'DEBUG, INFO, WARNING, ERROR or CRITICAL, in any case',
      required: true,
      many: false,
    },
  ],
  options: [],
  examples: [
    { line: 'consciousness log-level debug', does: 'Logs everything from now on; the configuration stays.' },
  ],
  exitCodes: { 0: 'changed' },
  json: '{ "level": string }',
  async run(context, args) {
    const changed = await (await context.client()).setLogLevel(args[0] ?? '');
    if (context.json) context.out.json(changed);
    else context.out.line('The log level is ', ['bold', changed.level], ' until the daemon ends.');
    return 0;
  },
};
