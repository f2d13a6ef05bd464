import assert from 'node:assert/strict';
import { chmod, mkdir, readFile, symlink } from 'node:fs/promises';
import path from 'node:path';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { configReference } from '../../scripts/config-reference.ts';
import { type ConfigLoad, type ConfigQuestion, loadConfig } from '../../src/config/load.ts';
import { configJsonSchema } from '../../src/config/schema.ts';
import type { Config } from '../../src/contract/config.ts';
import { type ConfigProblem, formatProblem, problemLine } from '../../src/contract/problem.ts';
import { temporaryHome } from './in-temp.ts';

type Extra = Partial<Pick<ConfigQuestion, 'env' | 'flags'>>;

async function load(files: Record<string, string | Uint8Array>, extra: Extra = {}): Promise<ConfigLoad> {
  const folders = await temporaryHome(files);
  return loadConfig({ folders, env: {}, homedir: '/home/u', ...extra });
}

async function good(yaml: string, extra: Extra = {}): Promise<Extract<ConfigLoad, { ok: true }>> {
  const loaded = await load({ 'config.yaml': yaml }, extra);
  assert.ok(loaded.ok, loaded.ok ? '' : loaded.problems.map(formatProblem).join('\n'));
  return loaded;
}

async function bad(files: Record<string, string | Uint8Array>, extra: Extra = {}): Promise<ConfigProblem[]> {
  const loaded = await load(files, extra);
  assert.equal(loaded.ok, false);
  return loaded.ok ? [] : loaded.problems;
}

/** Problems as `line key message`, without the file. */
async function short(yaml: string, extra: Extra = {}): Promise<string[]> {
  return (await bad({ 'config.yaml': yaml }, extra)).map(
    (each) => `${each.line} ${each.key} ${each.message}`,
  );
}

describe('the configuration', () => {
  it('is the defaults where there is no file', async () => {
    const folders = await temporaryHome();
    const loaded = await loadConfig({ folders, env: {} });
    assert.ok(loaded.ok);
    const { lm_studio, file_watcher, log_level, timezone } = loaded.config.values;
    assert.deepEqual(
      { ...lm_studio, ...file_watcher, log_level, timezone },
      {
        base_url: 'http://localhost:1234/v1',
        api_key: 'lm-studio',
        model: 'local-model',
        timeout: 30,
        first_token_timeout: 300,
        headers_timeout: 300,
        load: {},
        max_retries: 3,
        watch_paths: [],
        ignore_patterns: ['.git', '__pycache__'],
        debounce_seconds: 1,
        log_level: 'INFO',
        timezone: 'system',
      },
    );
    assert.equal(loaded.config.database, path.join(folders.state, 'consciousness.db'));
    assert.deepEqual(loaded.config.secrets, []);
  });

  it('is the defaults where the file has comments only', async () => {
    assert.equal((await good('# log_level: DEBUG\n')).config.values.log_level, 'INFO');
  });

  it('takes the command line over the environment over .env over the file over the defaults', async () => {
    const files = {
      'config.yaml': 'lm_studio: { timeout: 10, max_retries: 1, slots: 2, model: file }\n',
      '.env':
        'CONSCIOUSNESS_LM_STUDIO__TIMEOUT=20\nCONSCIOUSNESS_LM_STUDIO__MAX_RETRIES=2\nCONSCIOUSNESS_LM_STUDIO__MODEL=dotenv\n',
    };
    const env = { CONSCIOUSNESS_LM_STUDIO__TIMEOUT: '30', CONSCIOUSNESS_LM_STUDIO__MAX_RETRIES: '3' };
    const loaded = await load(files, { env, flags: { 'lm_studio.timeout': '40' } });
    assert.ok(loaded.ok);
    const { timeout, max_retries, model, slots, first_token_timeout } = loaded.config.values.lm_studio;
    assert.deepEqual([timeout, max_retries, model, slots, first_token_timeout], [40, 3, 'dotenv', 2, 300]);
    const source = (key: string) => loaded.sources.get(`lm_studio.${key}`)?.replace(/^.*\//, '');
    assert.deepEqual(['timeout', 'max_retries', 'model', 'slots', 'first_token_timeout'].map(source), [
      'the command line',
      'CONSCIOUSNESS_LM_STUDIO__MAX_RETRIES',
      '.env: CONSCIOUSNESS_LM_STUDIO__MODEL',
      'config.yaml:1',
      'default',
    ]);
  });

  it('resolves folders and keeps what is said about each', async () => {
    const { config } = await good(
      'file_watcher: { watch_paths: [~/Inbox/, {path: /data/./in, ignore_patterns: ["*.tmp"]}] }\noutput_roots: [~/Notes, ~/Notes/]\ndb_path: ~/db/c.db\n',
    );
    assert.deepEqual(config.roots, [
      { path: '/home/u/Inbox', ignorePatterns: ['.git', '__pycache__'] },
      { path: '/data/in', ignorePatterns: ['.git', '__pycache__', '*.tmp'] },
    ]);
    assert.deepEqual(config.outputRoots, ['/home/u/Notes']);
    assert.equal(config.database, '/home/u/db/c.db');
  });

  it('takes log levels in any case', async () => {
    assert.equal((await good('log_level: warning')).config.values.log_level, 'WARNING');
  });

  it('tolerates a byte order mark and CRLF', async () => {
    assert.equal(
      (await good('\ufefflog_level: debug\r\nstore: sqlite\r\n')).config.values.log_level,
      'DEBUG',
    );
  });
});

describe('variables', () => {
  async function values(env: Record<string, string>, yaml = ''): Promise<Config['values']> {
    return (await good(yaml || '# nothing\n', { env })).config.values;
  }

  it('count in any letter case', async () => {
    const env = { consciousness_lm_studio__base_url: 'http://127.0.0.1:1/v1' };
    assert.equal((await values(env)).lm_studio.base_url, 'http://127.0.0.1:1/v1');
  });

  it('hold lists and maps as JSON', async () => {
    const env = {
      CONSCIOUSNESS_FILE_WATCHER__WATCH_PATHS: '["/a", {"path": "/b"}]',
      CONSCIOUSNESS_LM_STUDIO: '{"timeout": 5, "slots": 2}',
      CONSCIOUSNESS_LM_STUDIO__SLOTS: '3',
    };
    const { file_watcher, lm_studio } = await values(env);
    assert.deepEqual(file_watcher.watch_paths, ['/a', { path: '/b', ignore_patterns: [], cloud: 'allow' }]);
    assert.deepEqual([lm_studio.timeout, lm_studio.slots], [5, 3]);
  });

  it('leave text alone that looks like a number', async () => {
    assert.equal((await values({ CONSCIOUSNESS_LM_STUDIO__MODEL: '123' })).lm_studio.model, '123');
  });

  it('are numbers where a number is one of several things that are allowed', async () => {
    assert.equal((await values({ CONSCIOUSNESS_HTTP__PORT: '4800' })).http.port, 4800);
    assert.equal((await values({ CONSCIOUSNESS_HTTP__PORT: 'off' })).http.port, 'off');
    const problems = await bad({}, { env: { CONSCIOUSNESS_HTTP__PORT: '80' } });
    assert.deepEqual(
      problems.map(({ key, message }) => [key, message]),
      [['http.port', 'less than 1024']],
    );
  });

  it('are not coerced in the file', async () => {
    assert.deepEqual(await short('lm_studio: { timeout: "20" }'), [
      '1 lm_studio.timeout not of the right type',
    ]);
  });

  it('reach a provider whose name has a dash', async () => {
    const yaml = 'providers: { my-box: { type: openai-compatible, base_url: "http://127.0.0.1:8080/v1" } }';
    const { config } = await good(yaml, { env: { CONSCIOUSNESS_PROVIDERS__MY_BOX__API_KEY: 'k-123' } });
    assert.equal(config.values.providers['my-box']?.api_key, 'k-123');
    assert.deepEqual(config.secrets, ['k-123']);
  });

  it('give Claude the key that everybody keeps for it, unless it has one of its own', async () => {
    const yaml = 'providers: { claude: { type: anthropic, model: claude-x }, box: { type: ollama } }';
    const shared = await good(yaml, { env: { ANTHROPIC_API_KEY: 'sk-shared' } });
    const keyOf = (loaded: typeof shared) => loaded.config.values.providers['claude']?.api_key;
    assert.equal(keyOf(shared), 'sk-shared');
    assert.deepEqual(shared.config.secrets, ['sk-shared']);
    assert.equal(shared.config.values.providers['box']?.api_key, undefined);
    const own = { ANTHROPIC_API_KEY: 'sk-shared', CONSCIOUSNESS_PROVIDERS__CLAUDE__API_KEY: 'sk-own' };
    assert.equal(keyOf(await good(yaml, { env: own })), 'sk-own');
    const inFile = await load({ 'config.yaml': yaml, '.env': 'ANTHROPIC_API_KEY=sk-file\n' });
    assert.equal(inFile.ok && keyOf(inFile), 'sk-file');
  });

  it('count as not set when empty', async () => {
    assert.equal((await values({ CONSCIOUSNESS_LOG_LEVEL: '' })).log_level, 'INFO');
  });

  it('may not nest without end', async () => {
    const [problem] = await bad(
      {},
      { env: { CONSCIOUSNESS_PROVIDERS: `${'['.repeat(5000)}${']'.repeat(5000)}` } },
    );
    assert.equal(problem?.message, 'nested too deep');
  });

  it('name themselves in a problem', async () => {
    const env = { CONSCIOUSNESS_LM_STUDIO__TIMEOUT: '500', CONSCIOUSNESS_OUTPUT_ROOTS: '~/Notes' };
    const problems = await bad({}, { env });
    assert.deepEqual(
      problems.map((each) => [each.file, each.value, each.message]),
      [
        ['CONSCIOUSNESS_OUTPUT_ROOTS', '~/Notes', 'not JSON'],
        ['CONSCIOUSNESS_LM_STUDIO__TIMEOUT', 500, 'more than 300'],
      ],
    );
  });

  it('that are unknown are a warning in the environment, with the nearest known one', async () => {
    const { warnings } = await good('# nothing', { env: { CONSCIOUSNESS_LOGLEVEL: 'x', OTHER: 'y' } });
    assert.deepEqual(
      warnings.map((each) => [each.file, each.severity, each.nearest]),
      [['CONSCIOUSNESS_LOGLEVEL', 'warning', 'CONSCIOUSNESS_LOG_LEVEL']],
    );
  });

  it('that are unknown are an error in .env, with their line', async () => {
    const [problem] = await bad({ '.env': 'OTHER=1\nCONSCIOUSNESS_LOGLEVEL=x\n' });
    assert.match(problem?.file ?? '', /\.env$/);
    assert.deepEqual([problem?.line, problem?.severity], [2, 'error']);
  });

  it('of a .env that others may read are a warning', async () => {
    const folders = await temporaryHome({ '.env': 'CONSCIOUSNESS_LOG_LEVEL=debug' });
    await chmod(path.join(folders.config, '.env'), 0o644);
    const loaded = await loadConfig({ folders, env: {} });
    assert.ok(loaded.ok);
    assert.match(loaded.warnings[0]?.message ?? '', /other users may read it/);
  });

  it('are not read from a .env in the working directory or a watched folder', async () => {
    const folders = await temporaryHome({ 'config.yaml': '# nothing' });
    const watched = path.join(folders.config, 'inbox');
    await mkdir(watched);
    await symlink('/nonexistent', path.join(watched, '.env'));
    const before = process.cwd();
    const elsewhere = await temporaryHome({ '.env': 'CONSCIOUSNESS_LOG_LEVEL=debug' });
    process.chdir(elsewhere.config);
    try {
      const env = { CONSCIOUSNESS_FILE_WATCHER__WATCH_PATHS: JSON.stringify([elsewhere.config, watched]) };
      const loaded = await loadConfig({ folders, env });
      assert.ok(loaded.ok);
      assert.equal(loaded.config.values.log_level, 'INFO');
    } finally {
      process.chdir(before);
    }
  });
});

describe('problems of the configuration', () => {
  it('come all at once, each with line, key, value, what is allowed and the nearest key', async () => {
    const yaml = `lm_studio: { timeout: 500, modle: x }
file_watcher:
  watch_paths: [Inbox, /, ~other/x]
  debounce_seconds: 0
timezone: Europe/Berln
default_models: [lmstudoi/x, builtin/extrakt]
watch_paths: []
retention: { captured: 7 days, memory: 90d, journal: 4w }
`;
    const problems = await bad({ 'config.yaml': yaml });
    const text = problems.map((each) => `${each.line}:${each.column} ${each.key}: ${each.message}`);
    assert.deepEqual(text, [
      '1:23 lm_studio.timeout: more than 300',
      '1:28 lm_studio.modle: unknown key',
      '3:17 file_watcher.watch_paths.0: a relative path',
      '3:24 file_watcher.watch_paths.1: the whole file system',
      "3:27 file_watcher.watch_paths.2: another user's home folder",
      '4:21 file_watcher.debounce_seconds: less than 0.1',
      '5:11 timezone: unknown time zone',
      '6:18 default_models.0: unknown provider "lmstudoi"',
      '6:30 default_models.1: builtin has no model "extrakt"',
      '7:1 watch_paths: unknown key',
      '8:24 retention.captured: not a period',
      '8:40 retention.memory: not in this version',
    ]);
    const of = (key: string) => problems.find((each) => each.key === key);
    assert.deepEqual(
      [of('lm_studio.timeout')?.value, of('lm_studio.timeout')?.allowed],
      [500, 'a number from 1 to 300'],
    );
    assert.deepEqual(
      [of('lm_studio.modle')?.nearest, of('watch_paths')?.nearest],
      ['model', 'file_watcher.watch_paths'],
    );
    assert.deepEqual(
      [of('timezone')?.nearest, of('default_models.0')?.nearest],
      ['Europe/Berlin', 'lmstudio'],
    );
    assert.match(of('default_models.0')?.allowed ?? '', /lmstudio, builtin/);
  });

  it('say where malformed YAML stands, and what the parser said', async () => {
    const [problem] = await bad({ 'config.yaml': 'log_level: INFO\ntimezone: "x\n' });
    assert.equal(problem?.line, 3);
    assert.match(problem?.message ?? '', /malformed YAML: Missing closing "quote/);
  });

  it('of variables are told also when the file is malformed', async () => {
    const problems = await bad({ 'config.yaml': '{' }, { env: { CONSCIOUSNESS_LOG_LEVEL: 'loud' } });
    assert.ok(problems.some((each) => each.file === 'CONSCIOUSNESS_LOG_LEVEL'));
  });

  const files: [string, string | Uint8Array, RegExp][] = [
    ['an empty file', '', /^empty$/],
    ['a list at the top', '- a\n- b\n', /not a map/],
    ['a word at the top', 'hello', /not a map/],
    ['bytes that are not UTF-8', Uint8Array.from([0x61, 0x3a, 0x20, 0xff, 0x0a]), /not valid UTF-8/],
    ['two documents', 'a: 1\n---\nb: 2\n', /multiple documents/],
    ['a key twice', 'store: sqlite\nstore: sqlite\n', /unique/],
    [
      'an alias bomb',
      `a: &a [x,x,x,x,x,x,x,x,x]\nb: &b [${'*a,'.repeat(9)}]\nc: &c [${'*b,'.repeat(9)}]\nd: [${'*c,'.repeat(9)}]\n`,
      /alias/i,
    ],
    ['deep nesting', `store: ${'['.repeat(60)}${']'.repeat(60)}`, /nested deeper than 40/],
    ['nesting without end', '['.repeat(50_000), /malformed YAML/],
    ['a tag', 'store: !!js/function x\n', /tag/i],
    ['a megabyte and more', `# ${'x'.repeat(1_100_000)}`, /bytes long/],
  ];
  for (const [what, content, message] of files) {
    it(`name ${what}`, async () => {
      const [problem] = await bad({ 'config.yaml': content });
      assert.match(problem?.message ?? '', message);
      assert.match(problem?.file ?? '', /config\.yaml$/);
    });
  }

  it('name a config.yaml that is a folder', async () => {
    const folders = await temporaryHome();
    await mkdir(folders.configFile);
    const loaded = await loadConfig({ folders, env: {} });
    assert.match(loaded.ok ? '' : (loaded.problems[0]?.message ?? ''), /not a regular file/);
  });

  it('say "not in this version" of what the design names', async () => {
    const yaml = `providers:
  ollama: { type: ollama, base_url: http://127.0.0.1:11434 }
  claude: { type: anthropic, model: claude-opus-4-5 }
file_watcher: { watch_paths: [{ path: /a, remember: true }] }
store: postgres://x
default_models: [ollama/x]
`;
    assert.deepEqual((await short(yaml)).sort(), [
      '4 file_watcher.watch_paths.0.remember not in this version',
      '5 store not in this version',
    ]);
  });

  it('refuse folders that overlap with each other or with our own files', async () => {
    const folders = await temporaryHome();
    const up = path.dirname(folders.config);
    const env = {
      CONSCIOUSNESS_FILE_WATCHER__WATCH_PATHS: JSON.stringify(['/a', '/a/b', up]),
      CONSCIOUSNESS_OUTPUT_ROOTS: JSON.stringify([
        folders.rules,
        folders.config,
        `${folders.state}/x`,
        `${folders.config}/notes`,
      ]),
    };
    const loaded = await loadConfig({ folders, env });
    const keys = loaded.ok ? [] : loaded.problems.map((each) => each.key);
    assert.deepEqual(keys, [
      'file_watcher.watch_paths.1',
      'file_watcher.watch_paths.2',
      'output_roots.0',
      'output_roots.1',
      'output_roots.2',
    ]);
  });

  it('refuse a database in a watched folder or an output root', async () => {
    const yaml = (database: string) =>
      `file_watcher: { watch_paths: [~/Inbox] }\noutput_roots: [~/Notes]\ndb_path: ${database}\n`;
    assert.deepEqual(await short(yaml('~/Inbox/deep/c.db')), [
      '3 db_path lies in the watched folder /home/u/Inbox',
    ]);
    const [problem] = await bad({ 'config.yaml': yaml('/home/u/Notes/c.db') });
    assert.equal(problem?.message, 'lies in the output root /home/u/Notes');
    assert.match(problem?.allowed ?? '', /move it, or leave consciousness\.db/);
    await good(yaml('/home/u/Inbox2/c.db'));
  });

  it('want prices for a cap of money', async () => {
    const yaml = `providers:
  claude: { type: anthropic, model: claude-opus-4-5, budget: { money_per_day: 2 } }
`;
    assert.deepEqual(await short(yaml), [
      '2 providers.claude.budget.money_per_day a cap of money without prices',
    ]);
    await good(yaml.replace('budget:', 'prices: { input: 5, output: 25 }, budget:'));
  });

  for (const [address, meant] of [
    ['localhost:1234', 'http://localhost:1234/v1'],
    ['192.168.0.7:8080/v1/', 'http://192.168.0.7:8080/v1'],
    ['"[::1]:1234"', 'http://[::1]:1234/v1'],
    ['ftp://localhost', null],
    ['user:pass@localhost', null],
  ] as const) {
    it(`suggest ${meant ?? 'nothing'} for the address ${address}`, async () => {
      const [problem] = await bad({ 'config.yaml': `lm_studio: { base_url: ${address} }` });
      assert.deepEqual([problem?.key, problem?.nearest], ['lm_studio.base_url', meant]);
    });
  }

  it('refuse a provider that takes a name that is taken', async () => {
    const yaml = 'providers: { builtin: { type: openai-compatible, base_url: "http://127.0.0.1:1/v1" } }';
    assert.deepEqual(await short(yaml), ['1 providers.builtin this name is taken']);
  });

  it('hint at a lone ~, which YAML reads as nothing', async () => {
    assert.deepEqual(await short('output_roots: [~]'), ['1 output_roots.0 not of the right type']);
  });
});

describe('secrets', () => {
  it('in config.yaml are refused and never shown, but for the default', async () => {
    const yaml = `lm_studio: { api_key: lm-studio }
providers:
  box: { type: openai-compatible, base_url: "http://user:hunter2@127.0.0.1:8080/v1", api_key: sk-canary, api-key: sk-canary2 }
`;
    const problems = await bad({ 'config.yaml': yaml });
    assert.ok(problems.some((each) => each.key === 'providers.box.api_key' && /secret/.test(each.message)));
    assert.ok(
      problems.some((each) => each.key === 'providers.box.base_url' && /password/.test(each.message)),
    );
    const shown = JSON.stringify(problems) + problems.map(formatProblem).join('\n');
    assert.doesNotMatch(shown, /canary|hunter2/);
    assert.ok(!problems.some((each) => each.key === 'lm_studio.api_key'));
  });

  it('in malformed JSON of a variable are not shown', async () => {
    const problems = await bad(
      {},
      {
        env: {
          CONSCIOUSNESS_LM_STUDIO__API_KEY: 'sk-canary',
          CONSCIOUSNESS_LM_STUDIO: '{"api_key": "sk-canary',
        },
      },
    );
    assert.doesNotMatch(problems.map((each) => each.message).join(), /canary/);
  });

  it('are collected for scrubbing', async () => {
    const { config } = await good('# nothing', { env: { CONSCIOUSNESS_LM_STUDIO__API_KEY: 'sk-1' } });
    assert.deepEqual(config.secrets, ['sk-1']);
  });
});

describe('a problem as text', () => {
  const problem: ConfigProblem = {
    file: '/c.yaml',
    line: 3,
    column: 4,
    key: 'a.b',
    value: '\u001b[31m\u202e',
    message: 'bad\nnews',
    allowed: 'good',
    nearest: 'a.c',
    severity: 'error',
  };

  it('is up to three lines without control characters', () => {
    assert.equal(
      formatProblem(problem),
      '/c.yaml:3:4: a.b: bad\\u000anews\n  found "\\u001b[31m\\u202e"; allowed: good\n  did you mean a.c?',
    );
  });

  it('is one line with a sign between what is told', () => {
    assert.equal(
      problemLine(problem),
      '/c.yaml:3:4: a.b: bad\\u000anews; found "\\u001b[31m\\u202e"; allowed: good; did you mean a.c?',
    );
    const bare = { ...problem, value: undefined, allowed: null, nearest: null, message: 'bad' };
    assert.equal(problemLine(bare), '/c.yaml:3:4: a.b: bad');
    assert.equal(problemLine({ ...bare, nearest: 'a.c' }), '/c.yaml:3:4: a.b: bad; did you mean a.c?');
  });
});

describe('loadConfig', () => {
  it('never throws, whatever is in the file, .env and the environment', async () => {
    const folders = await temporaryHome();
    const key = fc.constantFrom(
      'lm_studio',
      'providers',
      'default_models',
      'file_watcher',
      'watch_paths',
      'output_roots',
      'timezone',
      'db_path',
      '__proto__',
      'constructor',
      'api_key',
      'x',
      '~',
    );
    const { tree } = fc.letrec((tie) => ({
      tree: fc.oneof(
        { maxDepth: 4 },
        fc.string({ unit: 'binary' }),
        fc.integer(),
        fc.constant(null),
        fc.array(tie('tree'), { maxLength: 3 }),
        fc.dictionary(key, tie('tree'), { maxKeys: 4 }),
      ),
    }));
    const yaml = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.string(),
      tree.map((value) => JSON.stringify(value)),
    );
    const { writeFile } = await import('node:fs/promises');
    await fc.assert(
      fc.asyncProperty(yaml, fc.string(), fc.json(), async (text, dotenv, json) => {
        await writeFile(folders.configFile, text);
        await writeFile(path.join(folders.config, '.env'), `CONSCIOUSNESS_X=${dotenv}\n${dotenv}`);
        const env = {
          CONSCIOUSNESS_PROVIDERS: json,
          CONSCIOUSNESS___: dotenv,
          CONSCIOUSNESS_LM_STUDIO__TIMEOUT: dotenv,
        };
        const loaded = await loadConfig({ folders, env });
        for (const problem of loaded.ok ? loaded.warnings : loaded.problems) formatProblem(problem);
      }),
      { numRuns: 100 },
    );
  });
});

describe('the reference', () => {
  it('in docs/configuration.md is what the schema says', async () => {
    const file = new URL('../../docs/configuration.md', import.meta.url);
    assert.equal(await readFile(file, 'utf8'), configReference(), 'run `node scripts/config-docs.ts`');
  });

  it('and the JSON Schema describe every key', () => {
    const properties = configJsonSchema()['properties'];
    assert.ok(typeof properties === 'object' && properties !== null);
    for (const key of Object.keys(properties)) assert.match(configReference(), new RegExp(`\`${key}\``));
  });
});
