import assert from 'node:assert/strict';
import { mkdirSync, renameSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import { systemClock } from '../../src/base/clock.ts';
import { createDisks } from '../../src/base/disk.ts';
import { createExtractor } from '../../src/capture/extract.ts';
import { sealRule } from '../../src/config/rule-text.ts';
import type { Rule } from '../../src/contract/rule.ts';
import { cloudGate } from '../../src/main/cloud-gate.ts';
import { configOf } from '../../src/main/rehearse-rule.ts';
import { createTools } from '../../src/main/tools.ts';
import { builtInTools } from '../../src/mind/tools/built-in.ts';
import type { Tool, ToolResult } from '../../src/mind/tools/tool.ts';
import { canariesIn, createWorld, type World } from './world.ts';

const KEY = ['-----BEGIN', 'PRIVATE KEY-----'].join(' ');

function ruleWith(on: Rule['on'], tools: string[]): Rule {
  return sealRule(
    {
      name: 'tools',
      on,
      mind: {
        models: ['lmstudio/x'],
        offline: 'hold',
        schema: null,
        maxOutputTokens: null,
        cloud: 'allow',
        tools,
      },
      outputs: [],
      prompt: 'x',
    },
    '',
  );
}

/** The tools of a rule on requests, with a real disk, the real extractor and the world's own configuration. */
async function toolsIn(t: TestContext, world: World, config?: Awaited<ReturnType<typeof configOf>>) {
  const read = config ?? (await configOf({ home: world.home.folder }));
  const extractor = createExtractor(createDisks(() => systemClock.monotonic()));
  t.after(() => extractor.close());
  const asked: string[] = [];
  const mcp = {
    async tools(server: string): Promise<Tool[]> {
      asked.push(server);
      const spec = { name: `${server}__send`, description: '', parameters: {} };
      return [{ effect: 'outside', spec, run: async () => ({ ok: true, text: 'sent' }) }];
    },
    replace: async () => undefined,
    close: async () => undefined,
  };
  const secrets = () => new Map([[world.env.VAULT_TOKEN, 'VAULT_TOKEN']]);
  const tools = createTools({ config: () => read, extractor, clock: systemClock, mcp, secrets });
  const { signal } = new AbortController();
  const own = await tools.for(ruleWith({ request: {} }, ['read_file', 'list_files', 'now']), signal);
  const call = async (name: string, args: Record<string, unknown>, local = true): Promise<ToolResult> => {
    const tool = own.find(({ spec }) => spec.name === name);
    assert.ok(tool);
    return tool.run(args, { local, signal });
  };
  return { tools, asked, signal, call };
}

describe('read_file and list_files', () => {
  it('find what is in a watched folder', async (t) => {
    const world = await createWorld(t);
    const { call } = await toolsIn(t, world);
    const { diary } = world;
    assert.ok((await call('read_file', { path: diary.path })).text.includes(diary.canary));
    assert.match((await call('list_files', { folder: world.vault })).text, /^diary\.md\t/m);
  });

  it('find nothing else, however the way there is spelled', async (t) => {
    const world = await createWorld(t);
    const { call } = await toolsIn(t, world);
    const { inbox, vault, outside, home, forbidden } = world;
    const hostile = [...forbidden.keys()].flatMap((path) => [
      path,
      `${path}/`,
      `${path}/.`,
      ` ${path}`,
      `${inbox}/..${path.slice(home.folder.length)}`,
      `${inbox}/a/../..${path.slice(home.folder.length)}`,
      `..${path.slice(home.folder.length)}`,
      `./..${path.slice(home.folder.length)}`,
      `/${path}`,
      `file://${path}`,
      `${vault}/x/../../../${path}`,
      path.replaceAll('/', '\\x2f'),
      `${inbox}/\\x2e\\x2e${path.slice(home.folder.length)}`,
      `${inbox}/%2e%2e${path.slice(home.folder.length)}`,
      `${inbox}/diary.md\0${path}`,
      path.replace(home.folder, `${home.folder}/vault/..`),
      dirname(path),
    ]);
    const links = [
      'link.txt',
      'linked',
      'linked/secret.txt',
      'linked/token',
      'linked/../secret.txt',
      'alias',
      'alias/config',
    ];
    const more = [
      ...links.map((name) => join(inbox, name)),
      ...['state', 'state/stolen.txt', 'state/../outside/secret.txt'].map((name) => `${vault}/${name}`),
      ...['/', '/etc/passwd', '/proc/self/environ', '/proc/self/cwd', '/proc/1/root', '~', '.', '..', ''],
      join(home.folder, 'config.yaml'),
      outside,
      home.folder,
    ];
    const canaries = [...forbidden.values(), world.env.VAULT_TOKEN];
    for (const path of [...hostile, ...more]) {
      const read = await call('read_file', { path });
      const listed = await call('list_files', { folder: path });
      assert.equal(read.ok, false, `${path}: ${read.text}`);
      assert.deepEqual(canariesIn(read.text + listed.text, canaries), [], path);
      const names = listed.text.split('\n').map((line) => line.split('\t')[0] ?? '');
      for (const name of [
        'id_rsa',
        'secret.txt',
        'token',
        'stolen.txt',
        'server.pem',
        'credentials',
        'config.yaml',
      ])
        assert.ok(!names.includes(name), `${path}: ${listed.text}`);
    }
  });

  it('ask the disk for nothing that is outside by its spelling, and list nothing behind a link', async (t) => {
    const world = await createWorld(t);
    const asked: string[] = [];
    const [, list, read] = builtInTools({
      roots: () => [{ path: world.inbox, ignorePatterns: [] }],
      timezone: () => 'UTC',
      now: () => 0,
      secrets: () => new Map(),
      async readText(path) {
        asked.push(path);
        return { ok: true, text: '' };
      },
      async listFolder(path) {
        asked.push(path);
        return [];
      },
    });
    const run = { local: true, signal: new AbortController().signal };
    for (const path of ['/etc/passwd', `${world.inbox}x/y`, `${world.inbox}/../z`, '../z', 'a/../../z']) {
      assert.equal((await read?.run({ path }, run))?.ok, false);
      assert.equal((await list?.run({ folder: path }, run))?.ok, false);
    }
    assert.deepEqual(asked, []);
    const { call } = await toolsIn(t, world);
    for (const name of ['linked', 'linked/x']) {
      const { ok } = await call('list_files', { folder: join(world.inbox, name) });
      assert.equal(ok, false, name);
    }
  });

  it('read nothing through a folder that becomes a link while it is read', async (t) => {
    const world = await createWorld(t);
    const { call } = await toolsIn(t, world);
    const [folder, aside] = [join(world.inbox, 'swap'), join(world.inbox, 'aside')];
    mkdirSync(folder);
    writeFileSync(join(folder, 'secret.txt'), 'harmless');
    const secret = world.forbidden.get(join(world.outside, 'secret.txt')) ?? '';
    symlinkSync(world.outside, aside);
    for (let round = 0; round < 200; round += 1) {
      const reading = call('read_file', { path: join(folder, 'secret.txt') });
      for (let turn = 0; turn < round % 7; turn += 1) await Promise.resolve();
      renameSync(folder, `${folder}-real`);
      renameSync(aside, folder);
      const { text } = await reading;
      renameSync(folder, aside);
      renameSync(`${folder}-real`, folder);
      assert.ok(!text.includes(secret), text);
    }
  });

  it('read nothing of the state directory, also where somebody made it a watched folder', async (t) => {
    const world = await createWorld(t);
    const config = await configOf({ home: world.home.folder });
    const state = join(world.home.folder, 'state');
    for (const path of [state, join(world.vault, 'state')]) {
      const { call } = await toolsIn(t, world, { ...config, roots: [{ path, ignorePatterns: [] }] });
      const { ok, text } = await call('read_file', { path: `${path}/stolen.txt` });
      assert.equal(ok, false, text);
      assert.equal((await call('list_files', { folder: path })).text, 'empty');
    }
  });
});

describe('a model elsewhere', () => {
  it('is told of no folder that says cloud: never, and reads nothing in it', async (t) => {
    const world = await createWorld(t);
    const { call } = await toolsIn(t, world);
    const { path, canary } = world.privateDiary;
    assert.ok((await call('read_file', { path })).text.includes(canary));
    for (const asked of [path, `${world.vault}/../private/diary.md`, '../private/diary.md']) {
      const { ok, text } = await call('read_file', { path: asked }, false);
      assert.equal(ok, false);
      assert.ok(!text.includes(canary));
    }
    const listed = await call('list_files', {}, false);
    assert.deepEqual(listed.text, `${world.inbox}/\n${world.vault}/`);
    assert.equal((await call('list_files', { folder: world.private }, false)).ok, false);
  });

  it('reads no piece of a file with a secret in it, not even one without its telling words', async (t) => {
    const world = await createWorld(t);
    const { call } = await toolsIn(t, world);
    const { VAULT_TOKEN } = world.env;
    const files = {
      'key.txt': `${KEY}\nMIIcanaryMIIcanary\n`,
      'password.txt': 'password: correct-horse-battery',
      'token.txt': `the token is ${VAULT_TOKEN}, keep it`,
      'joined.txt': `the token is ${[...VAULT_TOKEN].join('\u200b')}, keep it`,
      'far.txt': `${'x'.repeat(15_990)}${VAULT_TOKEN}`,
    };
    for (const [name, content] of Object.entries(files)) {
      writeFileSync(join(world.vault, name), content);
      for (const from of [0, 5, 20, 40, 15_995, 16_000]) {
        const read = await call('read_file', { path: join(world.vault, name), from }, false);
        assert.equal(read.ok, false, `${name} from ${from}: ${read.text}`);
        assert.match(read.text, /is not read: it holds/);
      }
      assert.equal((await call('read_file', { path: join(world.vault, name) }, true)).ok, true);
    }
  });
});

describe('what is in a folder', () => {
  it('stays here where it says so, and where nobody knows any more what it said', async (t) => {
    const world = await createWorld(t);
    const config = await configOf({ home: world.home.folder });
    const { staysHere } = cloudGate(
      {
        configuration: { config: () => config, allRules: () => [] },
        environment: {},
        log: { warning: () => undefined },
      },
      { holdUntil: () => undefined },
    );
    assert.equal(staysHere({ root: world.inbox }), null);
    assert.equal(staysHere({ root: world.private }), `${world.private} says cloud: never`);
    assert.equal(staysHere({ root: world.outside }), `${world.outside} is watched no longer`);
  });
});

describe('a rule on files', () => {
  it('gets no tool of an MCP server, also where an older check let its name pass; the server is not asked', async (t) => {
    const world = await createWorld(t);
    const { tools, asked, signal } = await toolsIn(t, world);
    const names = ['now', 'courier/send', 'post/send'];
    const file = { paths: ['/**'], changes: ['added' as const], settleMs: 0, existing: 'ignore' as const };
    const onFiles = await tools.for(ruleWith({ file }, names), signal);
    assert.deepEqual(
      onFiles.map(({ spec }) => spec.name),
      ['now'],
    );
    assert.deepEqual(asked, []);
    const onRequests = await tools.for(ruleWith({ request: {} }, names), signal);
    assert.deepEqual(
      onRequests.map(({ spec }) => spec.name),
      ['now', 'courier__send', 'post__send'],
    );
  });
});
