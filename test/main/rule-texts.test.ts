import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import http from 'node:http';
import { join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { systemCode } from '../../src/base/errors.ts';
import { createClient } from '../../src/surfaces/unix-client.ts';
import { cli, copyRule, createHome, startDaemon } from '../support/daemon.ts';
import { startModelServer } from '../support/model-server.ts';

async function withDaemon(t: TestContext, more = '') {
  const server = await startModelServer((prompt) => (prompt.includes('briefly') ? 'brief' : 'said'));
  t.after(() => server.stop());
  const home = createHome(t, server.url, more);
  home.rule('copy', copyRule(home));
  const daemon = await startDaemon(t, home);
  const socket = join(home.folder, 'state', 'daemon.sock');
  const client = createClient({ socket, start: 'consciousness start' }, AbortSignal.timeout(120_000));
  const rules = join(home.folder, 'rules');
  const thought = async (name: string, text: string) => {
    writeFileSync(join(home.inbox, name), text);
    const { thought: id } = await daemon
      .saw((event) => event.type === 'state' && event.state === 'done' && event.subject.endsWith(name))
      .then((event) => (event.type === 'state' ? event : { thought: '' }));
    return id;
  };
  return { server, home, daemon, client, socket, rules, thought };
}

const refusedAs =
  (code: string, words = /./) =>
  (error: unknown) => {
    assert.equal(systemCode(error), code);
    assert.match(String(error), words);
    return true;
  };

/** A request as it is: no client mends its path or its headers. */
function raw(
  socketPath: string,
  method: string,
  path: string,
  headers: Record<string, string>,
  body?: object,
) {
  return new Promise<{ status: number; code: string }>((resolve, reject) => {
    const request = http.request(
      { socketPath, method, path, headers: { 'content-type': 'application/json', ...headers } },
      async (response) => {
        const text = (await response.toArray()).join('');
        resolve({ status: response.statusCode ?? 0, code: JSON.parse(text).code ?? '' });
      },
    );
    request.on('error', reject);
    request.end(body === undefined ? undefined : JSON.stringify(body));
  });
}

describe('the text of a rule', () => {
  it('is told, checked, saved, and comes into force by itself', async (t) => {
    const { home, daemon, client, rules, thought } = await withDaemon(t);
    const found = await client.rule('copy');
    assert.equal(found.text, copyRule(home));
    assert.deepEqual(found.problems, []);
    const better = found.text.replace('Say it again', 'Say it briefly');
    const draft = { name: 'copy', text: better };
    assert.deepEqual(await client.checkRule(draft), {
      ok: true,
      wokenBy: `${home.inbox}/**/*.md`,
      sense: 'files',
      problems: [],
    });
    const saved = await client.saveRule({ ...draft, known: [found.etag] });
    assert.notEqual(saved.etag, found.etag);
    assert.equal(readFileSync(join(rules, 'copy.md'), 'utf8'), better);
    await daemon.saw((event) => event.type === 'reloaded');
    await thought('a.md', 'one');
    assert.equal(home.note('a.md'), 'brief');

    const second = { name: 'second', text: better };
    await assert.rejects(client.saveRule({ ...draft, known: null }), refusedAs('rule-changed'));
    await client.saveRule({ ...second, known: null });
    await assert.rejects(client.saveRule({ ...second, known: null }), refusedAs('rule-changed'));
    await assert.rejects(client.saveRule({ ...second, known: [found.etag] }), refusedAs('rule-changed'));
    assert.deepEqual(readdirSync(rules).sort(), ['copy.md', 'second.md']);
  });

  it('is not saved where it is wrong, and all that is wrong with it is told', async (t) => {
    const { home, client, rules } = await withDaemon(t);
    const text = copyRule(home).replace('settle:', 'setle:').replace('file.text', 'file.tex');
    const { ok, wokenBy, problems } = await client.checkRule({ name: 'copy', text });
    assert.deepEqual([ok, wokenBy], [false, '']);
    const found = problems.map(({ severity, line, key, nearest }) => [severity, line, key, nearest]);
    assert.deepEqual(found[0], ['error', 3, 'on.file.setle', 'settle']);
    assert.ok(
      problems.some(({ key, line }) => key === 'prompt' && line === 8),
      JSON.stringify(problems),
    );
    const { etag } = await client.rule('copy');
    await assert.rejects(
      client.saveRule({ name: 'copy', text, known: [etag] }),
      refusedAs('rule-invalid', /setle.*file\.tex/s),
    );
    assert.equal(readFileSync(join(rules, 'copy.md'), 'utf8'), copyRule(home));
    for (const [name, said] of [
      ['Copy', /only in case/],
      ['request', /reserved/],
    ] as const)
      assert.match(JSON.stringify(await client.checkRule({ name, text: copyRule(home) })), said);
    const huge = `${copyRule(home)}${'é'.repeat(600_000)}`;
    assert.match(JSON.stringify(await client.checkRule({ name: 'huge', text: huge })), /bytes long/);
  });

  it('is told with what is wrong with it, also where no version of it is in force', async (t) => {
    const { home, client } = await withDaemon(t);
    home.rule('broken', '---\non: {}\n---\nx\n');
    home.rule('later', copyRule(home));
    home.rule('typo', copyRule(home).replace('settle:', 'setle:'));
    symlinkSync(join(home.inbox, 'nowhere'), join(home.folder, 'rules', 'dangling.md'));
    const { text, problems } = await client.rule('broken');
    assert.match(text, /on: \{\}/);
    assert.match(problems[0]?.message ?? '', /exactly one of/);
    const typo = async () => (await client.status()).problems.find((each) => each.includes('typo.md'));
    while ((await typo()) === undefined) await sleep(20);
    assert.match((await typo()) ?? '', /unknown key; found "50ms"; allowed: .*; did you mean settle\?$/);
    await assert.rejects(client.rule('nope'), refusedAs('rule-file-unknown'));
    await assert.rejects(client.rule('dangling'), refusedAs('rule-file-unknown'));
  });

  it('is named by a plain name, whatever stands in the request', async (t) => {
    const { home, socket, rules } = await withDaemon(t);
    const outside = join(home.folder, 'escaped.md');
    const names = [
      ...['../escaped', '..', '.', '.hidden', 'a/b', 'a\\b', '/etc/passwd', 'a\0b', 'a%2fb', '-x', ''],
      ...['../rules/copy', 'ä', 'a b', 'x'.repeat(101), '\u202eym', 'copy\n'],
    ];
    for (const name of names) {
      const path = `/v1/rules/${encodeURIComponent(name)}`;
      const body = { text: copyRule(home) };
      const put = await raw(socket, 'PUT', path, { 'if-none-match': '*' }, body);
      assert.ok([400, 404, 405].includes(put.status), `${JSON.stringify(name)}: ${put.status}`);
      const get = await raw(socket, 'GET', path, {});
      // Of the empty name nothing is left but the list.
      assert.ok([400, 404].includes(get.status) || name === '.', `${JSON.stringify(name)}: ${get.status}`);
      for (const where of ['check', 'try']) {
        const post = await raw(socket, 'POST', `/v1/rules/${where}`, {}, { name, ...body, thought: 'abcd' });
        assert.deepEqual(post, { status: 400, code: 'request-invalid' }, JSON.stringify(name));
      }
    }
    for (const path of ['/v1/rules/../../escaped', '/v1/rules/..%2f..%2fescaped', '/v1/rules/%2e%2e'])
      await raw(socket, 'PUT', path, { 'if-none-match': '*' }, { text: copyRule(home) });
    assert.ok(!existsSync(outside));
    assert.deepEqual(readdirSync(rules), ['copy.md']);
  });

  it('is written by nobody who does not say what it replaces', async (t) => {
    const { home, socket } = await withDaemon(t);
    const put = (headers: Record<string, string>) =>
      raw(socket, 'PUT', '/v1/rules/copy', headers, { text: copyRule(home) });
    const both = { 'if-match': '"a"', 'if-none-match': '*' };
    for (const headers of [{}, both])
      assert.deepEqual(await put(headers), { status: 428, code: 'precondition-missing' });
    for (const headers of [{ 'if-match': '*' }, { 'if-match': 'W/"a"' }, { 'if-none-match': '"a"' }])
      assert.deepEqual(await put(headers), { status: 400, code: 'request-invalid' });
    assert.deepEqual(await put({ 'if-match': '"a", "b"' }), { status: 412, code: 'rule-changed' });
  });
});

describe('a text of a rule that is tried on a past thought', () => {
  it('says what would come of what was captured then, and writes nothing', async (t) => {
    const { home, server, client, rules, thought } = await withDaemon(t);
    const id = await thought('a.md', 'what it was then');
    writeFileSync(join(home.inbox, 'a.md'), 'what it is now');
    const text = copyRule(home).replace('Say it again', 'Say it briefly');
    const asked = server.prompts.length;
    const view = await client.tryRuleText({ name: 'copy', text, thought: id.slice(0, 8) });
    assert.equal(server.prompts.length >= asked + 1, true);
    assert.match(view.prompt, /Say it briefly: .*\nwhat it was then/s);
    assert.deepEqual([view.thought, view.subject, view.answer], [id, join(home.inbox, 'a.md'), 'brief']);
    const [output, ...others] = view.outputs;
    assert.deepEqual(
      [output?.mode, output?.target, output?.before, output?.after, others.length],
      ['replace', join(home.notes, 'a.md'), 'said', 'brief', 0],
    );
    assert.deepEqual(view.notes, []);
    const fresh = await client.tryRuleText({
      ...{ name: 'fresh', thought: id },
      text: text.replace('*.md', '*.pdf'),
    });
    assert.match(fresh.notes.join(), /paths of fresh do not match/);
    assert.equal(fresh.outputs[0]?.mode, 'create', 'what another rule wrote is not its own');
    assert.deepEqual(readdirSync(rules), ['copy.md']);
    assert.ok(!home.noteNames().includes('a-2.md'));
  });

  it('is refused where it cannot be, and says why', async (t) => {
    const { home, server, client, thought } = await withDaemon(t);
    const id = await thought('a.md', 'a letter');
    const text = copyRule(home);
    const asked = server.prompts.length;
    const request = '---\non: { request: {} }\n---\n{{ request.text }}\n';
    for (const [draft, code] of [
      [{ text: 'nonsense', thought: id }, 'rule-invalid'],
      [{ text: request, thought: id }, 'rule-not-on-event'],
      [{ text, thought: 'ffffffff' }, 'thought-unknown'],
      [{ text, thought: id, model: 'nobody/x' }, 'model-impossible'],
    ] as const)
      await assert.rejects(client.tryRuleText({ name: 'copy', ...draft }), refusedAs(code));
    assert.equal(server.prompts.length, asked);
    const ask = await client.think({ text: 'why?' });
    const answered = await client.tryRuleText({ name: 'ask', text: request, thought: ask.id });
    assert.deepEqual([answered.prompt, answered.outputs], ['why?', []]);
  });

  it('keeps on this machine what its folder, its rule or nobody has let go', async (t) => {
    const { home, server, client, thought } = await withDaemon(
      t,
      'providers: { afar: { type: openai-compatible, base_url: "https://8.8.8.8:9/v1", model: m } }\n',
    );
    const id = await thought('a.md', 'a letter');
    const asked = server.prompts.length;
    const text = copyRule(home).replace('outputs:', 'mind: { models: [afar/m], cloud: allow }\noutputs:');
    const tryOn = (draft: { text: string; cloud?: boolean }) =>
      client.tryRuleText({ name: 'copy', thought: id, ...draft });
    await assert.rejects(tryOn({ text }), refusedAs('cloud-not-asked'));
    await assert.rejects(
      tryOn({ text: text.replace('cloud: allow', 'cloud: never'), cloud: true }),
      refusedAs('model-impossible', /cloud: allow/),
    );
    const watched = `{ path: "${home.inbox}", cloud: never }`;
    const config = readFileSync(join(home.folder, 'config.yaml'), 'utf8');
    home.config(config.replace(`watch_paths: ["${home.inbox}"]`, `watch_paths: [${watched}]`));
    const told = () =>
      client.config().then(({ values }) => JSON.stringify(values['file_watcher']).includes('never'));
    const deadline = Date.now() + 60_000;
    while (!(await told()) && Date.now() < deadline) await sleep(20);
    await assert.rejects(tryOn({ text, cloud: true }), refusedAs('model-impossible', /says cloud: never/));
    assert.equal(server.prompts.length, asked);
  });
});

describe('the folder of the rules', () => {
  it('is no folder that a rule could be woken by', async (t) => {
    const server = await startModelServer();
    t.after(() => server.stop());
    for (const inner of ['rules', 'rules/deeper', '']) {
      const home = createHome(t, server.url);
      const root = join(home.folder, inner);
      home.config(`file_watcher: { watch_paths: ["${root}"] }\n`);
      const { code, stderr, stdout } = await cli(home, 'config', 'check');
      assert.equal(code, 1, `${inner}: ${stdout}`);
      assert.match(stdout + stderr, /overlaps with the configuration/);
    }
    const home = createHome(t, server.url);
    const log = join(home.folder, 'rules', 'copy.md');
    home.rule('hears', `---\non: { log: { path: "${log}" } }\n---\n{{ log.text }}\n`);
    const { stdout, stderr } = await cli(home, 'rules', 'check');
    assert.match(stdout + stderr, /it would hear itself/);
  });
});
