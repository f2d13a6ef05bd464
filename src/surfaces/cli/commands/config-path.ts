import type { Command } from '../command.ts';
import { printTable } from '../table.ts';

export const command: Command = {
  name: 'config path',
  arguments: [],
  options: [],
  examples: [
    { line: 'consciousness config path', does: 'Lists the folders.' },
    {
      line: '$EDITOR "$(consciousness config path --json | jq -r .configFile)"',
      does: 'Edits the configuration.',
    },
  ],
  exitCodes: { 0: 'printed, whether they exist or not' },
  json: 'Folders: config, configFile, rules, state, logs, socket',
  async run(context) {
    const { config, configFile, rules, state, logs, socket } = await context.folders();
    const folders = { config, configFile, rules, state, logs, socket };
    if (context.json) context.out.json(folders);
    else {
      printTable(
        context.out,
        [{ title: '' }, { title: '' }],
        Object.entries(folders).map(([name, path]) => [['dim', name], path]),
      );
    }
    return 0;
  },
};
