import type { Command } from '../command.ts';

export const command: Command = {
  name: 'pause',
  arguments: [{ name: 'rule', summary: 'only this rule; omitted: everything', required: false, many: false }],
  options: [],
  examples: [
    { line: 'consciousness pause', does: 'What runs is finished; files go on being perceived and read.' },
    { line: 'consciousness pause file-the-inbox', does: 'Holds the thoughts of this rule only.' },
  ],
  exitCodes: { 0: 'paused, also after a restart', 1: 'there is no such rule' },
  json: 'PauseView: all, rules',
  async run(context, [rule]) {
    const { out } = context;
    const paused = await (await context.client()).pause(rule ?? null);
    if (context.json) out.json(paused);
    else {
      const what = rule === undefined ? 'Everything' : `Rule ${rule}`;
      out.line(`${what} is paused: what runs is finished, and what comes waits.`);
      out.line('  go on: ', context.line(rule === undefined ? 'resume' : `resume ${rule}`));
    }
    return 0;
  },
};
