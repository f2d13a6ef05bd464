import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import axios from 'axios';
import { OpenAPIClientAxios } from 'openapi-client-axios';
import { ROUTES } from '../../src/surfaces/http/routes.ts';
import { copyRule, createHome, startDaemon } from '../support/daemon.ts';
import { startModelServer } from '../support/model-server.ts';
import { freePort } from '../surfaces/access/door.ts';

/** A daemon with a done and two proposed thoughts, and a client made of nothing but its OpenAPI document. */
async function foreign(t: TestContext) {
  const server = await startModelServer();
  server.post = () => ({ object: 'list', data: [{ index: 0, object: 'embedding', embedding: [0.5, 0.25] }] });
  t.after(() => server.stop());
  const port = await freePort();
  const more = `embeddings: { model: lmstudio/test-model }\nhttp: { port: ${port} }\n`;
  const home = createHome(t, server.url, more);
  home.rule('copy', copyRule(home));
  home.rule(
    'ask-first',
    copyRule(home).replace('*.md', '*.txt').replace('body:', 'approve: true\n    body:'),
  );
  const daemon = await startDaemon(t, home);
  writeFileSync(join(home.inbox, 'a.md'), 'a document');
  for (const name of ['b.txt', 'c.txt']) writeFileSync(join(home.inbox, name), `${name}, a document`);
  await daemon.reached('done', 1);
  await daemon.reached('proposed', 2);
  const socketPath = join(home.folder, 'state', 'daemon.sock');
  const throughSocket = { baseURL: 'http://daemon', socketPath, validateStatus: () => true };
  const { data: definition } = await axios.get('/v1/openapi.json', throughSocket);
  const made = await axios.post('/v1/tokens', { name: 'test', act: true }, throughSocket);
  assert.equal(made.status, 201, JSON.stringify(made.data));
  const throughPort = {
    baseURL: `http://127.0.0.1:${port}`,
    headers: { authorization: `Bearer ${made.data.token}` },
    validateStatus: () => true,
  };
  const clientOf = (axiosConfigDefaults: object) =>
    new OpenAPIClientAxios({ definition, axiosConfigDefaults }).init();
  return { home, daemon, port, client: await clientOf(throughPort), owner: await clientOf(throughSocket) };
}

/** An answer is what the document says, with nothing besides. */
function assertAsTold(name: string, answer: { status: number; data: unknown }): void {
  const route = ROUTES.find((each) => each.name === name);
  assert.ok(route && route.answers.kind === 'json');
  assert.equal(answer.status, route.answers.status, `${name}: ${JSON.stringify(answer.data)}`);
  assert.deepEqual(route.answers.schema.parse(answer.data), answer.data, name);
}

describe('a client made of the OpenAPI document', () => {
  it('reaches every route, and every answer is what the document says', async (t) => {
    const { home, client, owner, port } = await foreign(t);
    const asked = new Set<string>();
    for (const name of ['isLive', 'isReady', 'getMetrics']) {
      asked.add(name);
      assert.equal((await client[name]?.())?.status, 200, name);
    }
    const ask = async (
      name: string,
      parameters: Record<string, string | number> = {},
      body?: unknown,
      headers?: object,
    ) => {
      asked.add(name);
      const { scope = 'read' } = ROUTES.find((route) => route.name === name) ?? {};
      const isOwners = ['owner', 'person'].includes(scope);
      const operation = (isOwners ? owner : client)[name];
      assert.ok(operation, `the client has no ${name}`);
      const answer = await operation(parameters, body, headers === undefined ? {} : { headers });
      assertAsTold(name, answer);
      return answer.data;
    };
    await ask('getStatus');
    await ask('getQueue');
    await ask('getProgress');
    await ask('getVitals', { since: '2026-01-01T00:00:00Z', spans: 3 });
    await ask('measureVitals');
    await ask('listProcesses', { name: 'node', tree: 'true', connections: 'true' });
    const { values } = await ask('getConfig');
    assert.equal(values.lm_studio.model, 'test-model');
    await ask('listRules');
    await ask('explainFile', { path: join(home.inbox, 'a.md') });
    const { items } = await ask('listThoughts', { state: 'done', limit: 1 });
    await ask('getThought', { id: items[0].id });
    const thought = await ask('think', {}, { text: 'why?' }, { 'Idempotency-Key': 'one' });
    assert.equal((await ask('think', {}, { text: 'why?' }, { 'Idempotency-Key': 'one' })).id, thought.id);
    await ask('cancelThoughts', {}, { ids: [thought.id] });
    await ask('retryThoughts', {}, { ids: [thought.id, 'ffffffff'] });
    const proposals = await ask('listProposals');
    const [{ thought: id, position }] = proposals.items;
    const { digest } = await ask('getProposal', { thought: id, position });
    const decided = { 'Idempotency-Key': 'decide' };
    const first = await ask('approveProposal', { thought: id, position }, { digest }, decided);
    const second = await ask('approveProposal', { thought: id, position }, { digest }, decided);
    assert.deepEqual(second, first, 'the same key is answered alike, though nothing waits any more');
    const [rest] = (await ask('listProposals')).items;
    await ask('rejectProposal', { thought: rest.thought, position: rest.position }, {});
    assert.deepEqual((await ask('embed', {}, { texts: ['a'] })).vectors, [[0.5, 0.25]]);
    await ask('tryRule', {}, { rule: 'copy', path: join(home.inbox, 'a.md') });
    await ask('compareModels', {}, { about: { text: 'hello' }, models: ['lmstudio/test-model'] });
    const draft = { name: 'copy', text: copyRule(home) };
    await ask('checkRuleText', {}, draft);
    await ask('tryRuleText', {}, { ...draft, thought: items[0].id });
    const { etag } = await ask('getRuleText', { name: 'copy' });
    await ask('saveRuleText', { name: 'copy', 'If-Match': etag }, { text: draft.text });
    const again = { rule: 'copy', paths: [join(home.inbox, 'a.md')], again: true };
    const run = await ask('runRule', {}, again, { 'Idempotency-Key': 'run' });
    assert.deepEqual(await ask('runRule', {}, again, { 'Idempotency-Key': 'run' }), run);
    await ask('listUndoable', { rule: 'copy' });
    await ask('undo', {}, { id: items[0].id });
    await ask('pause', {}, { rule: 'copy' });
    await ask('resume', {}, { rule: 'copy' });
    await ask('setLogLevel', {}, { level: 'info' });
    assert.deepEqual(
      (await ask('listTokens')).map(({ name }: { name: string }) => name),
      ['test'],
    );
    await ask('newToken', {}, { name: 'other' });
    await ask('revokeTokens', {}, { which: 'other' });
    const { code } = await ask('inviteSession', {}, {});
    await ask('enterSession', {}, { code }, { origin: `http://127.0.0.1:${port}` });
    await ask('stop', {}, {});
    assert.deepEqual(
      ROUTES.filter(({ name, answers }) => answers.kind === 'json' && !asked.has(name)).map(
        ({ name }) => name,
      ),
      [],
    );
  });

  it('is told only that nothing has changed where it has the answer already', async (t) => {
    const { client } = await foreign(t);
    const first = await client['listRules']?.();
    const etag = first?.headers['etag'];
    assert.match(String(etag), /^"[0-9a-f]{32}"$/);
    const second = await client['listRules']?.({}, undefined, {
      headers: { 'If-None-Match': `W/"x", ${etag}` },
    });
    assert.equal(second?.status, 304);
    assert.equal(second?.data, '');
    await client['pause']?.({}, { rule: 'copy' });
    const third = await client['listRules']?.({}, undefined, { headers: { 'If-None-Match': String(etag) } });
    assert.equal(third?.status, 200);
  });
});
