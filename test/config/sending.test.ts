import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { loadConfig } from '../../src/config/load.ts';
import { parseRule } from '../../src/config/rule-file.ts';
import type { RuleContext } from '../../src/config/rule-reading.ts';
import { temporaryHome } from './in-temp.ts';

const context: RuleContext = {
  providers: ['lmstudio', 'builtin'],
  roots: ['/home/u/Inbox'],
  outputRoots: ['/home/u/Notes'],
  homedir: '/home/u',
  defaultModels: ['lmstudio/local-model'],
  mcpTools: {},
  webhooks: ['team', 'house'],
  commands: 'allow',
  ownFolders: [],
};

/** Messages about a rule with that output. */
function about(output: string, changed: Partial<RuleContext> = {}): string[] {
  const text = `---\non: { request: {} }\noutputs:\n  - ${output}\n---\nx`;
  const parsed = parseRule({ ...context, ...changed, file: '/rules/r.md', text });
  return parsed.ok ? [] : parsed.problems.map(({ key, message }) => `${key}: ${message}`);
}

async function load(yaml: string, files: Record<string, string> = {}, env: Record<string, string> = {}) {
  const folders = await temporaryHome({ 'config.yaml': yaml, ...files });
  return loadConfig({ folders, env, homedir: '/home/u' });
}

async function wrong(webhook: string): Promise<string[]> {
  const loaded = await load(`webhooks: { team: ${webhook} }`);
  return loaded.ok ? [] : loaded.problems.map(({ key, message }) => `${key}: ${message}`);
}

describe('an output that is sent', () => {
  it('is a title, a name, or arguments as they are', () => {
    assert.deepEqual(about('{ notify: "{{ answer }}", body: "{{ request.text }}" }'), []);
    assert.deepEqual(about('{ webhook: team }'), []);
    assert.deepEqual(about(`{ webhook: team, body: '{"text": "{{ answer }}"}', approve: true }`), []);
    assert.deepEqual(about('{ command: [git, -C, /home/u/Notes, commit, -am, "by itself"] }'), []);
  });

  it('names only what is declared, and runs only what is allowed', () => {
    assert.deepEqual(about('{ webhook: teem }'), ['outputs.0.webhook: no such webhook in config.yaml']);
    assert.deepEqual(about('{ webhook: "{{ answer }}" }'), [
      'outputs.0.webhook: no such webhook in config.yaml',
    ]);
    assert.deepEqual(about('{ command: [git] }', { commands: 'never' }), [
      'outputs.0.command: commands are not allowed',
    ]);
  });

  it('has no template among its arguments, and no ~ that nobody reads', () => {
    assert.deepEqual(about('{ command: [git, "{{ answer }}", "{% if x %}"] }'), [
      'outputs.0.command.1: a template in an argument',
      'outputs.0.command.2: a template in an argument',
    ]);
    assert.deepEqual(about('{ command: ["~/bin/x", "~"] }'), [
      'outputs.0.command.0: no shell reads it, so ~ stands for nothing',
      'outputs.0.command.1: no shell reads it, so ~ stands for nothing',
    ]);
  });

  it('has a body of JSON whose values cannot leave it', () => {
    assert.match(about(`{ webhook: team, body: "{{ answer | raw }}" }`).join(), /unknown filter/);
    assert.match(
      about(`{ webhook: team, body: "{% capture x %}{{ answer }}{% endcapture %}{{ x }}" }`).join(),
      /tag "capture" not found/,
    );
  });

  it('takes nothing that another kind has', () => {
    assert.match(about('{ webhook: team, argv: [x] }').join(), /outputs.0.argv: unknown key/);
    assert.match(about('{ command: [x], body: "y" }').join(), /outputs.0.body: not with command/);
  });
});

describe('a webhook of the configuration', () => {
  it('is a public address, or a private one that is said to be', async () => {
    assert.deepEqual(await wrong('{ url: "https://hooks.example/x" }'), []);
    assert.deepEqual(await wrong('{ url: "http://127.0.0.1:8123/api", allow_private: true }'), []);
    const key = 'webhooks.team.url';
    for (const host of ['127.0.0.1', 'localhost', '127.1', '[::1]', '10.0.0.7', '[::ffff:192.168.1.1]'])
      assert.deepEqual(
        await wrong(`{ url: "http://${host}/" }`),
        [`${key}: an address of this machine or of a private network`],
        host,
      );
    for (const host of ['169.254.169.254', '0.0.0.0', '224.0.0.1'])
      assert.deepEqual(
        await wrong(`{ url: "http://${host}/", allow_private: true }`),
        [`${key}: an address that nothing is ever sent to`],
        host,
      );
    assert.deepEqual(await wrong('{ url: "https://me:secret@hooks.example/" }'), [
      `${key}: a user name or password in an address`,
    ]);
  });

  it('sets no header that is ours, and none that is none', async () => {
    for (const name of [
      'Host',
      'content-length',
      'Idempotency-Key',
      'Consciousness-Signature',
      'Proxy-X',
      'a b',
    ])
      assert.equal((await wrong(`{ url: "https://h.example/", headers: { "${name}": x } }`)).length, 1, name);
    assert.equal((await wrong('{ url: "https://h.example/", headers: { X-A: "a\\r\\nb: c" } }')).length, 1);
    assert.deepEqual(
      await wrong('{ url: "https://h.example/", headers: { Authorization: "Bearer x" } }'),
      [],
    );
  });

  it('has its key from the environment or .env, where both are secrets', async () => {
    const yaml = 'webhooks: { team: { url: "https://h.example/x", secret_env: TEAM_KEY } }';
    const keysOf = async (...more: [Record<string, string>?, Record<string, string>?]) => {
      const loaded = await load(yaml, ...more);
      assert.ok(loaded.ok);
      return loaded.config;
    };
    assert.deepEqual((await keysOf()).webhookKeys, {});
    assert.deepEqual((await keysOf({ '.env': 'TEAM_KEY=from a file\n' })).webhookKeys, {
      team: 'from a file',
    });
    const config = await keysOf({ '.env': 'TEAM_KEY=from a file\n' }, { TEAM_KEY: 'from outside' });
    assert.deepEqual(config.webhookKeys, { team: 'from outside' });
    assert.deepEqual(config.secrets, ['from outside', 'https://h.example/x']);
  });

  it('may have its address in .env, where it is a secret itself', async () => {
    const loaded = await load('log_level: INFO', {
      '.env': 'CONSCIOUSNESS_WEBHOOKS__CHAT__URL=https://chat.example/services/abc\n',
    });
    assert.ok(loaded.ok);
    assert.equal(loaded.config.values.webhooks['chat']?.url, 'https://chat.example/services/abc');
  });
});
