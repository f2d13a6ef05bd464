import type { Command } from './command.ts';

/**
 * Every command by its name, in the order of `--help`. Loaded only when it is the one that was typed (or for a
 * list of all): `status` must not pay for `doctor`.
 */
export const COMMANDS: Readonly<Record<string, () => Promise<{ command: Command }>>> = {
  start: () => import('./commands/start.ts'),
  stop: () => import('./commands/stop.ts'),
  status: () => import('./commands/status.ts'),
  thoughts: () => import('./commands/thoughts.ts'),
  show: () => import('./commands/show.ts'),
  think: () => import('./commands/think.ts'),
  tail: () => import('./commands/tail.ts'),
  explain: () => import('./commands/explain.ts'),
  retry: () => import('./commands/retry.ts'),
  cancel: () => import('./commands/cancel.ts'),
  'rules check': () => import('./commands/rules-check.ts'),
  'config show': () => import('./commands/config-show.ts'),
  'config check': () => import('./commands/config-check.ts'),
  'config schema': () => import('./commands/config-schema.ts'),
  'config path': () => import('./commands/config-path.ts'),
  doctor: () => import('./commands/doctor.ts'),
  'log-level': () => import('./commands/log-level.ts'),
};

/** What the groups of commands are about. */
export const GROUPS: Readonly<Record<string, string>> = {
  rules: 'Look at rules',
  config: 'Look at the configuration',
};

/** Options that every command has. */
export const GLOBAL_OPTIONS = [
  { flags: '--home <dir>', summary: 'keep configuration, rules, state and socket under this one folder' },
  { flags: '--json', summary: 'print one JSON document, as described in docs/cli.md' },
  { flags: '--no-color', summary: 'no colours (as NO_COLOR=1 does)' },
] as const;

/** Loads the commands whose names are among the words typed; all of them where none is, or help is wanted. */
export async function loadCommands(words: readonly string[]): Promise<Map<string, Command | null>> {
  const names = Object.keys(COMMANDS);
  const typed = names.filter((name) => name.split(' ').every((word) => words.includes(word)));
  const wanted = new Set(typed.length === 0 || words[0] === 'help' ? names : typed);
  const loaded = await Promise.all(
    Object.entries(COMMANDS).map(async ([name, load]): Promise<[string, Command | null]> => {
      return [name, wanted.has(name) ? (await load()).command : null];
    }),
  );
  return new Map(loaded);
}
