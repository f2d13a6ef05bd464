import { CodedError, EXIT } from '../../../base/errors.ts';
import type { Command, Spoken } from '../command.ts';
import { bash, fish, zsh } from '../completions.ts';

const SHELLS: Readonly<Record<string, (spoken: Spoken) => string>> = { bash, zsh, fish };

export const command: Command = {
  name: 'completions',
  arguments: [{ name: 'shell', summary: 'bash, zsh or fish', required: true, many: false }],
  options: [],
  examples: [
    {
      line: 'consciousness completions bash > ~/.local/share/bash-completion/completions/consciousness',
      does: 'For bash; a new shell knows it.',
    },
    {
      line: 'consciousness completions zsh > ~/.zfunc/_consciousness',
      does: 'For zsh, with `fpath+=~/.zfunc` before `compinit` in ~/.zshrc.',
    },
    {
      line: 'consciousness completions fish > ~/.config/fish/completions/consciousness.fish',
      does: 'For fish.',
    },
  ],
  exitCodes: { 0: 'printed' },
  json: null,
  async run({ out, everything }, [shell = '']) {
    const print = SHELLS[shell];
    if (print === undefined) {
      throw new CodedError('shell-unknown', 'there are no completions for this shell', {
        value: shell,
        allowed: Object.keys(SHELLS).join(', '),
        exitCode: EXIT.usage,
      });
    }
    out.text(print(await everything()));
    return 0;
  },
};
