import type { Command } from '../command.ts';

export const command: Command = {
  name: 'resume',
  arguments: [{ name: 'rule', summary: 'only this rule; omitted: everything', required: false, many: false }],
  options: [],
  examples: [
    { line: 'consciousness resume', does: 'Rules that were paused by name stay paused, and are named.' },
    { line: 'consciousness resume file-the-inbox', does: 'Goes on with this rule.' },
  ],
  exitCodes: { 0: 'nothing of that is paused any more', 1: 'there is no such rule' },
  json: 'PauseView: all, rules (what is still paused)',
  async run(context, [rule]) {
    const { out } = context;
    const paused = await (await context.client()).resume(rule ?? null);
    if (context.json) out.json(paused);
    else {
      if (paused.all) out.line('Everything is still paused: ', context.line('resume'));
      else out.line(rule === undefined ? 'Resumed.' : `Rule ${rule} is resumed.`);
      for (const name of paused.rules)
        out.line(`  still paused: rule ${name}: `, context.line(`resume ${name}`));
    }
    return 0;
  },
};
