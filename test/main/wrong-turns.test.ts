import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import { cli, copyRule, createHome, type Home, startDaemon } from '../support/daemon.ts';
import { startModelServer } from '../support/model-server.ts';

/** What a newcomer does wrong, and what must be read then: the cause, and what to do next. */
interface WrongTurn {
  what: string;
  /** Brings a home that works into that state. */
  wrong?: (home: Home) => void;
  type: (home: Home) => string[];
  code: number;
  cause: RegExp;
  next: RegExp;
}

const check = () => ['rules', 'check'];
const rule = (change: (text: string, home: Home) => string) => (home: Home) =>
  home.rule('mine', change(copyRule(home), home));
const config = (change: (home: Home) => string) => (home: Home) => home.config(change(home));
const roots = (home: Home) =>
  `file_watcher: { watch_paths: ["${home.inbox}"] }\noutput_roots: ["${home.notes}"]\n`;

const WITHOUT_DAEMON: WrongTurn[] = [
  {
    what: 'a typo in a key of the configuration',
    wrong: config(() => 'file_watchr: { watch_paths: [~/Inbox] }\n'),
    type: () => ['config', 'check'],
    code: 1,
    cause: /config\.yaml:1:1: file_watchr: unknown key/,
    next: /did you mean file_watcher\?/,
  },
  {
    what: 'a word where a number belongs',
    wrong: config(() => 'lm_studio: { timeout: fast }\n'),
    type: () => ['config', 'check'],
    code: 1,
    cause: /lm_studio\.timeout: .*\n.*found "fast"/,
    next: /allowed: a number/,
  },
  {
    what: 'tabs in YAML',
    wrong: config(() => 'file_watcher:\n\twatch_paths: [~/Inbox]\n'),
    type: () => ['config', 'check'],
    code: 1,
    cause: /config\.yaml:2:1: .*[Tt]ab/,
    next: /allowed: .*spaces/,
  },
  {
    what: 'an address without http://',
    wrong: config(() => 'lm_studio: { base_url: "localhost:1234" }\n'),
    type: () => ['config', 'check'],
    code: 1,
    cause: /lm_studio\.base_url/,
    next: /did you mean http:\/\/localhost:1234\/v1\?/,
  },
  {
    what: 'a key in the configuration that belongs into .env',
    wrong: config(() => 'lm_studio: { api_key: sk-1234567890abcdef }\n'),
    type: () => ['config', 'check'],
    code: 1,
    cause: /lm_studio\.api_key/,
    next: /\.env/,
  },
  {
    what: 'a provider type of another program',
    wrong: config(() => 'providers: { o: { type: gpt4all, base_url: "http://127.0.0.1:4891" } }\n'),
    type: () => ['config', 'check'],
    code: 1,
    cause: /providers\.o\.type/,
    next: /one of: openai-compatible, ollama, anthropic/,
  },
  {
    what: 'the wrong port',
    wrong: config((home) => `lm_studio: { base_url: "http://127.0.0.1:9/v1" }\n${roots(home)}`),
    type: (home) => ['try', 'copy', join(home.inbox, 'a.md')],
    code: 69,
    cause: /lmstudio does not answer at http:\/\/127\.0\.0\.1:9/,
    next: /correct its base_url[\s\S]*next: /,
  },
  {
    what: 'a watched folder that is not there',
    wrong: config((home) => roots(home).replace(home.inbox, `${home.inbox}", "${home.folder}/gone`)),
    type: () => ['doctor'],
    code: 0,
    cause: /warn +root +.*gone is not there/,
    next: /mend: mkdir -p .*gone/,
  },
  {
    what: 'a watched folder that is a file',
    wrong: config((home) => `file_watcher: { watch_paths: ["${home.inbox}/a.md"] }\n`),
    type: () => ['doctor'],
    code: 1,
    cause: /fail +root +.*a\.md is not a folder/,
    next: /not well/,
  },
  {
    what: 'no rule at all',
    type: () => ['doctor', '--plain'],
    code: 0,
    cause: /.*/,
    next: /rules/,
  },
  {
    what: 'a rule without a line ---',
    wrong: rule(() => 'Summarise {{ file.text }}\n'),
    type: check,
    code: 1,
    cause: /mine\.md:1:1: no front matter/,
    next: /allowed: a line ---, YAML, a line ---, and the prompt/,
  },
  {
    what: 'a rule that writes nothing',
    wrong: rule((text) => text.replace(/outputs:[\s\S]*?---/, '---')),
    type: check,
    code: 0,
    cause: /mine writes nothing/,
    next: /outputs/,
  },
  {
    what: 'a prompt with an unknown variable',
    wrong: rule((text) => text.replace('file.text', 'file.txt')),
    type: check,
    code: 1,
    cause: /mine\.md:\d+:\d+: prompt: file has no txt/,
    next: /did you mean file\.text\?/,
  },
  {
    what: 'a prompt with a broken tag',
    wrong: rule((text) => text.replace('{{ file.text }}', '{% if file %}')),
    type: check,
    code: 1,
    cause: /mine\.md:\d+.*(not closed|if)/,
    next: /1 error/,
  },
  {
    what: 'a provider that nobody configured',
    wrong: rule((text) => text.replace('outputs:', 'mind: { models: [lmstudoi/x] }\noutputs:')),
    type: check,
    code: 1,
    cause: /mind\.models\.0: .*\n.*lmstudoi/,
    next: /did you mean lmstudio/,
  },
  {
    what: 'a note outside of every output root',
    wrong: rule((text, home) => text.replace(`${home.notes}/`, '/etc/')),
    type: check,
    code: 1,
    cause: /outputs\.0\.write: outside every output root/,
    next: /allowed: a path in: /,
  },
  {
    what: 'an output with what another one takes',
    wrong: rule((text) => text.replace('  - write:', '  - move:')),
    type: check,
    code: 1,
    cause: /outputs\.0\.body: .*not with move/,
    next: /it takes: approve/,
  },
  {
    what: 'a trigger that is no map of keys',
    wrong: rule((text) => text.replace(/on:\n.*\n/, 'on: { schedule: daily }\n')),
    type: check,
    code: 1,
    cause: /on\.schedule: not of the right type/,
    next: /allowed: a map with: cron/,
  },
  {
    what: 'files outside of every watched folder',
    wrong: rule((text, home) => text.replace(`${home.inbox}/`, '/srv/')),
    type: check,
    code: 1,
    cause: /on\.file\.paths\.0: outside every watched root/,
    next: /allowed: a glob in: /,
  },
  {
    what: 'an answer of a type that is none',
    wrong: rule((text) => text.replace('outputs:', 'mind: { answer: { title: strin } }\noutputs:')),
    type: check,
    code: 1,
    cause: /mind\.answer\.title/,
    next: /did you mean string\?|allowed: .*string/,
  },
  {
    what: 'two rules whose names differ only in case',
    wrong: (home) => {
      home.rule('mine', copyRule(home));
      home.rule('Mine', copyRule(home));
    },
    type: check,
    code: 1,
    cause: /differs from Mine\.md only in case/,
    next: /allowed: another name/,
  },
  {
    what: 'a name that no rule can have',
    wrong: (home) => home.rule('my rule', copyRule(home)),
    type: check,
    code: 1,
    cause: /my rule\.md:1:1: not a usable name/,
    next: /such as file-the-inbox\.md/,
  },
  {
    what: 'a misspelt command',
    type: () => ['statsu'],
    code: 2,
    cause: /unknown command 'statsu'/,
    next: /Did you mean status\?/,
  },
  {
    what: 'a misspelt option',
    type: () => ['status', '--jsno'],
    code: 2,
    cause: /unknown option '--jsno'/,
    next: /Did you mean --json\?/,
  },
  {
    what: 'a question to a daemon that does not run',
    type: () => ['status'],
    code: 69,
    cause: /no daemon is running/,
    next: /next: +consciousness start --home/,
  },
  {
    what: 'a file that is not there',
    type: (home) => ['try', 'copy', join(home.inbox, 'gone.md')],
    code: 1,
    cause: /gone\.md .*there is no such file/,
    next: /found: /,
  },
  {
    what: 'a rule that is not there',
    type: (home) => ['try', 'cop', join(home.inbox, 'a.md')],
    code: 1,
    cause: /there is no rule cop/,
    next: /allowed: copy/,
  },
  {
    what: 'questions without a terminal',
    type: () => ['init', '--replace'],
    code: 2,
    cause: /init asks questions, and this is no terminal/,
    next: /next: +consciousness init --yes --watch/,
  },
  {
    what: 'questions about one more recipe without a terminal',
    type: () => ['init', '--add', '--recipe', 'minutes'],
    code: 2,
    cause: /init asks questions, and this is no terminal/,
    next: /next: +consciousness init --add --yes --recipe minutes --watch/,
  },
  {
    what: 'the whole machine as a watched folder',
    type: () => ['init', '--yes', '--replace', '--ports', '9', '--watch', '/'],
    code: 2,
    cause: /everything there is/,
    next: /allowed: one folder, such as ~\/Inbox/,
  },
  {
    what: 'a recipe that is none',
    type: () => ['init', '--yes', '--recipe', 'inbx'],
    code: 2,
    cause: /there is no such recipe/,
    next: /allowed: inbox {2,}documents [^\n]*\n {11}notes /,
  },
  {
    what: 'a second init',
    type: () => ['init', '--yes', '--ports', '9'],
    code: 1,
    cause: /it is set up already; nothing was changed/,
    next: /--replace keeps the old files[\s\S]*next: /,
  },
  {
    what: 'a value without its key',
    type: () => ['start', '--set', 'DEBUG'],
    code: 2,
    cause: /--set is not key=value[\s\S]*found: +DEBUG/,
    next: /log_level=DEBUG/,
  },
];

const WITH_DAEMON: WrongTurn[] = [
  {
    what: 'a second daemon',
    type: () => ['start'],
    code: 75,
    cause: /another daemon/,
    next: /stop/,
  },
  {
    what: 'a file that is watched by nobody',
    type: () => ['explain', '/etc/hostname'],
    code: 0,
    cause: /in no watched folder/,
    next: /watched: /,
  },
  {
    what: 'a file that the rule does not match',
    type: (home) => ['run', 'copy', join(home.inbox, 'a.txt')],
    code: 1,
    cause: /the paths of copy do not match it/,
    next: /\*\*\/\*\.md/,
  },
  {
    what: 'a thought that is not there',
    type: () => ['show', 'abcdef'],
    code: 1,
    cause: /no thought/,
    next: /next: .*thoughts/,
  },
  {
    what: 'a state that is none',
    type: () => ['thoughts', '--state', 'finished'],
    code: 2,
    cause: /finished/,
    next: /allowed: .*done/,
  },
  {
    what: 'a time that is none',
    type: () => ['thoughts', '--since', 'yesterday'],
    code: 2,
    cause: /--since is not a time/,
    next: /allowed: 30m, 2h, 3d/,
  },
  {
    what: 'a log level that is none',
    type: () => ['log-level', 'loud'],
    code: 2,
    cause: /`loud` is not a log level/,
    next: /allowed: DEBUG, INFO/,
  },
  {
    what: 'a rule for requests that is none',
    type: () => ['think', 'hello', '--rule', 'summaries'],
    code: 1,
    cause: /no rule named summaries takes requests/,
    next: /allowed: /,
  },
  {
    what: 'an undo where nothing was written',
    type: () => ['undo', '--last'],
    code: 1,
    cause: /nothing to take back/,
    next: /\n/,
  },
];

async function workingHome(t: TestContext): Promise<Home> {
  const server = await startModelServer();
  t.after(() => server.stop());
  const home = createHome(t, server.url);
  home.rule('copy', copyRule(home));
  writeFileSync(join(home.inbox, 'a.md'), 'one');
  writeFileSync(join(home.inbox, 'a.txt'), 'one');
  return home;
}

async function assertTold(home: Home, { type, code, cause, next }: WrongTurn): Promise<void> {
  const ran = await cli(home, ...type(home));
  const said = `${ran.stdout}${ran.stderr}`;
  assert.equal(ran.code, code, said);
  assert.match(said, cause);
  assert.match(said, next);
  assert.doesNotMatch(said, /at .*\.(ts|js):\d+/, 'no stack');
}

describe('a newcomer is told the cause and what to do next', () => {
  for (const turn of WITHOUT_DAEMON) {
    it(turn.what, async (t) => {
      const home = await workingHome(t);
      turn.wrong?.(home);
      await assertTold(home, turn);
    });
  }

  it('while a daemon runs, too', async (t) => {
    const home = await workingHome(t);
    const daemon = await startDaemon(t, home);
    for (const turn of WITH_DAEMON) await assertTold(home, turn);
    await daemon.end();
  });

  it('of a model that is not loaded', async (t) => {
    const server = await startModelServer();
    t.after(() => server.stop());
    server.native = { models: [{ type: 'llm', key: 'a-model', loaded_instances: [] }] };
    const home = createHome(t, server.url);
    home.config(`lm_studio: { base_url: "${server.url}" }\n${roots(home)}`);
    home.rule('copy', copyRule(home));
    const { stdout } = await cli(home, 'doctor');
    assert.match(stdout, /no chat model is loaded: load one in LM Studio or run `lms load <model>`/);
  });

  it('and Windows line ends are none', async (t) => {
    const home = await workingHome(t);
    home.config(roots(home).replaceAll('\n', '\r\n'));
    home.rule('copy', copyRule(home).replaceAll('\n', '\r\n'));
    const ran = await cli(home, 'rules', 'check');
    assert.equal(ran.code, 0, ran.stdout);
    mkdirSync(join(home.folder, 'state'), { recursive: true });
  });

  it('in more than thirty cases', () => {
    assert.ok(WITHOUT_DAEMON.length + WITH_DAEMON.length >= 30);
  });
});
