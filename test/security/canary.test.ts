import assert from 'node:assert/strict';
import { once } from 'node:events';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import http from 'node:http';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { describe, it, type TestContext } from 'node:test';
import { cli, copyRule, createHome, type Home, startDaemon } from '../support/daemon.ts';
import { startModelServer } from '../support/model-server.ts';
import { freePort } from '../surfaces/access/door.ts';
import { here } from '../surfaces/command-line.ts';

/** Secrets of each kind that a configuration has, in no form that anything would know for one. */
const SECRETS = {
  'the key of a provider': 'canary one: provider key',
  'the key that a webhook is signed with': 'canary-two-of-the-webhook',
  'a header of a webhook': 'canary-three-of-a-header',
  'the address of a webhook': '/hook/canary-four-of-the-address',
  'a variable of an MCP server': 'canary-five-of-the-mcp-server',
  'a header that came with a reload': 'canary-six-of-a-reload',
};
/** Of the configuration, too, from the reload on; a model server knows it by whatever way, and says it. */
const TOLD = 'canary-seven-told-by-a-stranger';
const ENV = {
  CONSCIOUSNESS_LM_STUDIO__API_KEY: SECRETS['the key of a provider'],
  TEAM_KEY: SECRETS['the key that a webhook is signed with'],
};

describe('a secret of the configuration, or a token,', () => {
  it('is in nothing that people and programs are shown and in no file, whoever echoes it', async (t) => {
    const { home, token, shown } = await life(t);
    const wanted = Object.entries({ ...SECRETS, 'a token': token });
    const found = (where: string, text: string) =>
      wanted.filter(([, secret]) => text.includes(secret)).map(([what]) => `${what}: ${where}`);
    const leaks = [
      ...[...shown].flatMap(([where, text]) => found(where, text)),
      ...filesIn(home.folder).flatMap((file) => found(file, readFileSync(file, 'latin1'))),
      ...textsIn(join(home.folder, 'state', 'consciousness.db')).flatMap(([where, text]) =>
        found(where, text),
      ),
    ];
    assert.deepEqual([...new Set(leaks)], []);
    const log = readFileSync(join(home.folder, 'logs', 'consciousness.log'), 'utf8');
    assert.equal(log.includes(TOLD), false, 'a key that came with a reload, in the log');
    // The echoes were there, without what they must not have.
    const all = [...shown.values()].join();
    for (const trace of [/bad key in/, /answered 400/, /answered 302/, /no such licence/, /a stranger says/])
      assert.match(all + log, trace);
  });
});

/** A daemon that meets everybody who could tell its secrets on, and is asked for all that it shows. */
async function life(t: TestContext) {
  const model = await startModelServer();
  t.after(() => model.stop());
  model.misbehave = (prompt, response) => {
    const { url, headers } = response.req;
    const gossip = prompt.includes('gossip') ? `a stranger says ${TOLD}` : null;
    if (gossip === null && !prompt.includes('echo')) return false;
    const message = gossip ?? `bad key in ${JSON.stringify({ url, headers })}`;
    response.writeHead(400, { 'content-type': 'application/json' });
    response.end(JSON.stringify({ error: { message } }));
    return true;
  };
  const port = await freePort();
  const settings = settingsFor(port, await echo(t, 400), await echo(t, 302));
  const home = createHome(t, model.url, settings(SECRETS['a header of a webhook']));
  home.rule('copy', copyRule(home));
  for (const name of ['refusing', 'elsewhere'])
    home.rule(
      name,
      `---\non: { file: { paths: ["${home.inbox}/*.txt"], settle: 50ms } }\noutputs: [{ webhook: ${name} }]\n---\nSay {{ file.text }}`,
    );
  home.rule('ask', '---\non: { request: {} }\nmind: { tools: [leaky/say] }\n---\nSay {{ event.text }}');
  const daemon = await startDaemon(t, home, { env: ENV });

  writeFileSync(join(home.inbox, 'a.md'), 'echo');
  writeFileSync(join(home.inbox, 'b.txt'), 'a document');
  await cli(home, 'think', 'a question', '--rule', 'ask');
  await daemon.reached('dead', 3);
  const file = join(home.folder, 'config.yaml');
  const before = readFileSync(file, 'utf8');
  const [first, second] = [SECRETS['a header of a webhook'], SECRETS['a header that came with a reload']];
  writeFileSync(file, before.replace(settings(first), settings(second, TOLD)));
  await daemon.saw(({ type }) => type === 'reloaded');
  writeFileSync(join(home.inbox, 'c.txt'), 'another document');
  await daemon.reached('dead', 5);

  const token = (await cli(home, 'token', 'new', 'canary', '--act')).stdout.trim();
  assert.match(token, /^csn_/);
  const shown = new Map<string, string>();
  await askOverPort(port, token, shown);
  await askByCommands(home, shown);
  shown.set('events', JSON.stringify(daemon.events));
  writeFileSync(join(home.inbox, 'd.md'), 'gossip');
  await daemon.reached('dead', 6);
  assert.equal(await daemon.end(), 0);
  shown.set('standard error', daemon.stderr());
  return { home, token, shown };
}

function settingsFor(port: number, refusing: string, elsewhere: string) {
  const path = SECRETS['the address of a webhook'];
  const leaky = {
    command: process.execPath,
    args: [join(import.meta.dirname, 'scenario-leaky-server.ts')],
    env: { LEAK: SECRETS['a variable of an MCP server'] },
    tools: { say: `sha256:${'0'.repeat(64)}` },
  };
  return (header: string, more = '') => {
    const known = {
      allow_private: true,
      headers: { 'x-team': header, ...(more === '' ? {} : { 'x-more': more }) },
    };
    const webhooks = {
      refusing: { ...known, url: `${refusing}${path}`, secret_env: 'TEAM_KEY' },
      elsewhere: { ...known, url: `${elsewhere}${path}` },
    };
    const http = { port };
    return Object.entries({ http, log_level: 'DEBUG', webhooks, mcp_servers: { leaky } })
      .map(([key, value]) => `${key}: ${JSON.stringify(value)}\n`)
      .join('');
  };
}

/** Tells whoever asks just what they have sent. */
async function echo(t: TestContext, status: number): Promise<string> {
  const server = http.createServer(({ url, headers }, response) => {
    const location = `http://elsewhere.example${url}`;
    response.writeHead(status, { 'content-type': 'application/json', location });
    response.end(JSON.stringify({ error: { message: JSON.stringify({ url, headers }) } }));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => server.close());
  const address = server.address();
  return `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}`;
}

/** What the API says, also to a token where none belongs. */
async function askOverPort(port: number, token: string, shown: Map<string, string>): Promise<void> {
  const asking = async (method: string, path: string, body?: string, more: Record<string, string> = {}) => {
    const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json', ...more };
    const init = { method, headers, ...(body === undefined ? {} : { body }) };
    const answer = await fetch(`http://127.0.0.1:${port}${path}`, init);
    const what = `${method} ${path} ${body ?? ''} ${JSON.stringify(more)}`.replaceAll(token, 'TOKEN');
    shown.set(what, JSON.stringify([...answer.headers]) + (await answer.text()));
  };
  for (const path of ['status', 'config', 'rules', 'thoughts?limit=100', 'proposals', 'processes?name=node'])
    await asking('GET', `/v1/${path}`);
  for (const path of ['/metrics', '/livez', '/readyz']) await asking('GET', path);
  for (const path of [`thoughts?rule=${token}`, `thoughts/${token}`, `explain?path=/${token}`, token])
    await asking('GET', `/v1/${path}`);
  for (const body of [{ rule: token }, { [token]: 1 }, token])
    await asking('POST', '/v1/pause', JSON.stringify(body));
  await asking('POST', '/v1/pause', token);
  await asking('PUT', '/v1/log-level', JSON.stringify({ level: token }));
  const think = JSON.stringify({ text: 'x', rule: token });
  await asking('POST', '/v1/thoughts', think, { 'idempotency-key': token });
  await asking('GET', '/v1/status', undefined, { authorization: `Bearer ${token}x` });
}

async function askByCommands({ folder, inbox }: Home, shown: Map<string, string>): Promise<void> {
  const command = (...args: readonly string[]) =>
    here([...args, '--home', folder], { env: ENV, cwd: folder });
  for (const args of [
    ...[['status'], ['thoughts', '--limit', '100'], ['logs', '-n', '100000'], ['rules'], ['inbox']],
    ...[['config', 'show', '--sources'], ['config', 'check'], ['providers'], ['tools'], ['token', 'list']],
    ...[
      ['doctor', '--fast', '--report'],
      ['explain', join(inbox, 'b.txt')],
    ],
  ])
    for (const how of [[], ['--json']]) {
      const { out, err } = await command(...args, ...how);
      shown.set([...args, ...how].join(' '), out + err);
    }
  const rows: { id: string }[] = JSON.parse(shown.get('thoughts --limit 100 --json') ?? '');
  assert.ok(rows.length >= 5);
  for (const { id } of rows) shown.set(`show ${id}`, (await command('show', id, '--json')).out);
}

/** All but the configuration. */
function filesIn(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true }).flatMap((each) =>
    each.isFile() && each.name !== 'config.yaml' ? [join(each.parentPath, each.name)] : [],
  );
}

/** Every text of every table, with where it stands. */
function textsIn(path: string): [string, string][] {
  const database = new DatabaseSync(path, { readOnly: true });
  try {
    const tables = database.prepare(`SELECT name FROM sqlite_master WHERE type = 'table'`).all();
    return tables.flatMap(({ name }) =>
      database
        .prepare(`SELECT * FROM "${name}"`)
        .all()
        .flatMap((row) =>
          Object.entries(row).map(([column, value]): [string, string] => [
            `${name}.${column}`,
            value instanceof Uint8Array ? Buffer.from(value).toString('latin1') : String(value),
          ]),
        ),
    );
  } finally {
    database.close();
  }
}
