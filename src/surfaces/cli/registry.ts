import type { Command, Spoken } from './command.ts';

/** A command that was not loaded yet. */
export interface Entry {
  /** One line for the list of commands. */
  summary: string;
  load(): Promise<{ command: Command }>;
}

/**
 * Every command by its name, in the order of `--help`. Loaded only when it is the one that was typed: `status` must not
 * pay for `doctor`, nor `--help` for all of them.
 */
export const COMMANDS: Readonly<Record<string, Entry>> = {
  init: {
    summary: 'Set everything up: find a model, choose folders, try it on your own files',
    load: () => import('./commands/init.ts'),
  },
  start: {
    summary: 'Start the daemon in the foreground and show what happens',
    load: () => import('./commands/start.ts'),
  },
  stop: {
    summary: 'Stop the daemon: finish what runs, keep the rest for the next start',
    load: () => import('./commands/stop.ts'),
  },
  status: {
    summary: 'How the daemon is: senses, queue, holds, providers',
    load: () => import('./commands/status.ts'),
  },
  open: {
    summary: 'Open the dashboard in your browser, by a link that is good once',
    load: () => import('./commands/open.ts'),
  },
  thoughts: {
    summary: 'List thoughts, newest first',
    load: () => import('./commands/thoughts.ts'),
  },
  show: {
    summary: 'Everything about one thought: event, text, prompt, attempts, answer, outputs',
    load: () => import('./commands/show.ts'),
  },
  think: {
    summary: 'Ask something, wait, and print the answer as it comes',
    load: () => import('./commands/think.ts'),
  },
  tail: {
    summary: 'Show what happens, as it happens',
    load: () => import('./commands/tail.ts'),
  },
  explain: {
    summary: 'Why something happened, or did not, to a file',
    load: () => import('./commands/explain.ts'),
  },
  try: {
    summary: 'Show what a rule makes of a file: prompt, answer, outputs; writes nothing',
    load: () => import('./commands/try.ts'),
  },
  compare: {
    summary: 'Let several models think about the same, side by side; writes nothing',
    load: () => import('./commands/compare.ts'),
  },
  run: {
    summary: 'Let a rule think about files that are there already',
    load: () => import('./commands/run.ts'),
  },
  undo: {
    summary: 'Take back what a thought has written',
    load: () => import('./commands/undo.ts'),
  },
  inbox: {
    summary: 'List what waits for your approval',
    load: () => import('./commands/inbox.ts'),
  },
  'inbox show': {
    summary: 'All that a proposal would do, as things stand now',
    load: () => import('./commands/inbox-show.ts'),
  },
  'inbox approve': {
    summary: 'Let proposals be applied exactly as they were shown',
    load: () => import('./commands/inbox-approve.ts'),
  },
  'inbox reject': {
    summary: 'Deny proposals: nothing is written',
    load: () => import('./commands/inbox-reject.ts'),
  },
  'inbox edit': {
    summary: 'Change what a proposal would write, and approve that',
    load: () => import('./commands/inbox-edit.ts'),
  },
  retry: {
    summary: 'Put dead or cancelled thoughts back into the queue',
    load: () => import('./commands/retry.ts'),
  },
  cancel: {
    summary: 'Cancel thoughts that are not answered yet',
    load: () => import('./commands/cancel.ts'),
  },
  pause: {
    summary: 'Think nothing more, or nothing of one rule, until resume',
    load: () => import('./commands/pause.ts'),
  },
  resume: {
    summary: 'Go on thinking after pause',
    load: () => import('./commands/resume.ts'),
  },
  rules: {
    summary: 'List the rules in force: what each has matched, and its last result',
    load: () => import('./commands/rules.ts'),
  },
  'rules check': {
    summary: 'Check rules without running them; every problem at once',
    load: () => import('./commands/rules-check.ts'),
  },
  'config show': {
    summary: 'The configuration as it is in force; secrets are masked',
    load: () => import('./commands/config-show.ts'),
  },
  'config check': {
    summary: 'Check config.yaml, .env and the environment; every problem at once',
    load: () => import('./commands/config-check.ts'),
  },
  'config schema': {
    summary: 'The JSON Schema of config.yaml, or of rules, for editors',
    load: () => import('./commands/config-schema.ts'),
  },
  'config path': {
    summary: 'Where configuration, rules, state, logs and socket are',
    load: () => import('./commands/config-path.ts'),
  },
  providers: {
    summary:
      'Show the model servers: health, models, loaded context; with --probe a real answer and its speed',
    load: () => import('./commands/providers.ts'),
  },
  embed: {
    summary: 'Make vectors of texts, and say how near they are to each other',
    load: () => import('./commands/embed.ts'),
  },
  tools: {
    summary: 'List the tools that rules may name, and what lets those of MCP servers be named',
    load: () => import('./commands/tools.ts'),
  },
  'token new': {
    summary: 'Make a token, which lets a program in through the port',
    load: () => import('./commands/token-new.ts'),
  },
  'token list': {
    summary: 'List the tokens and the open dashboards',
    load: () => import('./commands/token-list.ts'),
  },
  'token revoke': {
    summary: 'Let nobody in with a token any more, and end what is streamed to it',
    load: () => import('./commands/token-revoke.ts'),
  },
  mcp: {
    summary: 'Serve MCP clients over standard input and output: what the daemon knows, read-only',
    load: () => import('./commands/mcp.ts'),
  },
  ps: {
    summary: 'List the processes of this machine, as the sense sees them',
    load: () => import('./commands/ps.ts'),
  },
  vitals: {
    summary: 'Draw how this machine was: processor, memory, disks, network, temperature, battery, GPU',
    load: () => import('./commands/vitals.ts'),
  },
  doctor: {
    summary: 'Look at everything that can be wrong, and say what mends it',
    load: () => import('./commands/doctor.ts'),
  },
  logs: {
    summary: 'Show what the daemon has logged; needs none to run',
    load: () => import('./commands/logs.ts'),
  },
  'log-level': {
    summary: "Change the running daemon's log level, until it ends",
    load: () => import('./commands/log-level.ts'),
  },
  completions: {
    summary: 'Print what lets a shell complete commands and options',
    load: () => import('./commands/completions.ts'),
  },
  uninstall: {
    summary: 'List what is where; with --purge, remove everything but your files and notes',
    load: () => import('./commands/uninstall.ts'),
  },
};

/** What the groups of commands are about. */
export const GROUPS: Readonly<Record<string, string>> = {
  inbox: 'Decide on what waits for your approval',
  rules: 'Look at rules',
  config: 'Look at the configuration',
  token: 'Say which programs are let in through the port',
};

/** Options that every command has. */
export const GLOBAL_OPTIONS = [
  { flags: '--home <dir>', summary: 'keep configuration, rules, state and socket under this one folder' },
  { flags: '--json', summary: 'print one JSON document, as described in docs/cli.md' },
  { flags: '--no-color', summary: 'no colours (as NO_COLOR=1 does)' },
  { flags: '--plain', summary: 'for screen readers: no colours, no columns, nothing redrawn in place' },
] as const;

/** Loads the commands whose names are among the words typed, and those of a group that is. */
export async function loadCommands(words: readonly string[]): Promise<Map<string, Command>> {
  const entries = Object.entries(COMMANDS).filter(([name]) => {
    const [first = '', second] = name.split(' ');
    return (
      words.includes(first) && (second === undefined || words.includes(second) || !isWhole(first, words))
    );
  });
  const loaded = await Promise.all(
    entries.map(async ([name, { load }]): Promise<[string, Command]> => [name, (await load()).command]),
  );
  return new Map(loaded);
}

/** Everything that can be typed, with all of it loaded. */
export async function everything(): Promise<Spoken> {
  const commands = await Promise.all(
    Object.values(COMMANDS).map(async ({ summary, load }) => ({ ...(await load()).command, summary })),
  );
  return { commands, shared: [...GLOBAL_OPTIONS, { flags: '--help', summary: 'say how it is used' }] };
}

/** Whether one command of a group was typed, and not only the group. */
function isWhole(group: string, words: readonly string[]): boolean {
  return Object.keys(COMMANDS).some(
    (name) => name.startsWith(`${group} `) && words.includes(name.slice(group.length + 1)),
  );
}
