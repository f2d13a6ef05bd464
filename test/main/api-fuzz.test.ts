import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import http from 'node:http';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import type { Route } from '../../src/surfaces/http/route.ts';
import { ROUTES } from '../../src/surfaces/http/routes.ts';
import { copyRule, createHome, startDaemon } from '../support/daemon.ts';
import { startModelServer } from '../support/model-server.ts';

const REQUESTS = 10_000;
/** Generous: what takes longer hangs. */
const ANSWER_WITHIN_MS = 30_000;

interface Call {
  method: string;
  path: string;
  headers: Record<string, string>;
  body: string | null;
}

interface Answer {
  status: number;
  type: string;
  body: string;
}

/** Texts that are at the edges of something. */
const nasty = fc.oneof(
  fc.string({ maxLength: 40 }),
  fc.string({ unit: 'binary', maxLength: 20 }),
  fc.constantFrom(
    '',
    '0',
    '-1',
    '1e9',
    'null',
    'true',
    '../../etc/passwd',
    '/etc/passwd',
    '%00',
    '\u202e',
    "' OR 1=1 --",
  ),
  fc.constantFrom(
    'NaN',
    '9'.repeat(400),
    '{{ 7 | times: 7 }}',
    '__proto__',
    'constructor',
    '\ud800',
    'a'.repeat(5000),
  ),
);
const word = fc.oneof(
  nasty,
  fc.constantFrom(
    'copy',
    'request',
    'done',
    'ready',
    'lmstudio/test-model',
    '2026-01-01T00:00:00Z',
    'INFO',
    'info',
  ),
  fc.stringMatching(/^[0-9a-f]{4,20}$/),
);
const value = fc.oneof(
  word,
  fc.integer(),
  fc.double(),
  fc.boolean(),
  fc.constant(null),
  fc.jsonValue({ maxDepth: 2 }),
);
const KEYS = [
  ...[
    'ids',
    'dead',
    'id',
    'last',
    'rule',
    'paths',
    'existing',
    'again',
    'text',
    'texts',
    'digest',
    'content',
  ],
  ...['about', 'models', 'level', 'path', 'model', 'cloud', 'since', 'given', 'thought', 'name', '__proto__'],
];
const body = fc.oneof(
  fc
    .dictionary(fc.constantFrom(...KEYS), fc.oneof(value, fc.array(value, { maxLength: 3 })), { maxKeys: 4 })
    .map((map) => JSON.stringify(map)),
  fc.json({ maxDepth: 3 }),
  nasty,
);
const query = fc.dictionary(
  fc.constantFrom(
    'state',
    'rule',
    'since',
    'until',
    'unprocessed',
    'path',
    'search',
    'limit',
    'cursor',
    'thought',
    'spans',
    'name',
    'tree',
    'connections',
    'tokens',
    'x',
  ),
  word,
  { maxKeys: 4 },
);

function callOf(routes: readonly Route[]): fc.Arbitrary<Call> {
  return fc
    .record({
      route: fc.constantFrom(...routes),
      method: fc.oneof(
        { weight: 9, arbitrary: fc.constant(null) },
        { weight: 1, arbitrary: fc.constantFrom('DELETE', 'PATCH', 'PUT', 'POST', 'HEAD', 'OPTIONS') },
      ),
      parameters: fc.array(word, { minLength: 2, maxLength: 2 }),
      query: fc.oneof(fc.constant({}), query),
      body,
      type: fc.oneof(
        { weight: 9, arbitrary: fc.constant('application/json') },
        {
          weight: 1,
          arbitrary: fc.constantFrom('text/plain', 'application/json; charset=x', 'multipart/form-data'),
        },
      ),
      /** Sent without a length. */
      chunked: fc.boolean(),
      key: fc.option(fc.stringMatching(/^[ -~]{1,20}$/), { freq: 4 }),
      known: fc.option(fc.stringMatching(/^[ -~]{0,20}$/), { freq: 4 }),
    })
    .map(({ route, method, parameters, query: asked, ...more }) => {
      const rest = [...parameters];
      const path = route.path.replaceAll(/\{\w+\}/g, () => encodeSafely(rest.shift() ?? ''));
      const search = Object.entries(asked).map(([name, each]) => `${name}=${encodeSafely(each)}`);
      return {
        method: method ?? route.method,
        path: search.length > 0 ? `${path}?${search.join('&')}` : path,
        headers: {
          'content-type': more.type,
          ...(more.chunked ? { 'transfer-encoding': 'chunked' } : {}),
          ...(more.key === null ? {} : { 'idempotency-key': more.key }),
          ...(more.known === null ? {} : { 'if-none-match': more.known }),
        },
        body: (method ?? route.method) === 'GET' || method === 'HEAD' ? null : more.body,
      };
    });
}

function encodeSafely(text: string): string {
  return encodeURIComponent(text.toWellFormed());
}

/** The head of a stream is its answer; it is left then. */
function ask(agent: http.Agent, socketPath: string, call: Call): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const { method, path, headers } = call;
    const request = http.request({ socketPath, agent, method, path, headers }, (response) => {
      const type = response.headers['content-type'] ?? '';
      const answer = { status: response.statusCode ?? 0, type };
      if (type === 'text/event-stream') {
        resolve({ ...answer, body: '' });
        request.destroy();
        return;
      }
      response.setEncoding('utf8');
      let text = '';
      response.on('data', (part) => {
        text += part;
      });
      response.on('end', () => resolve({ ...answer, body: text }));
      response.on('error', reject);
    });
    request.setTimeout(ANSWER_WITHIN_MS, () =>
      request.destroy(new Error(`no answer: ${JSON.stringify(call)}`)),
    );
    request.on('error', reject);
    request.end(call.body ?? undefined);
  });
}

describe('the API', () => {
  it(`answers whatever it is sent, ${REQUESTS} times: never a defect, never silence`, async (t) => {
    const server = await startModelServer();
    t.after(() => server.stop());
    const home = createHome(t, server.url);
    home.rule('copy', copyRule(home));
    const daemon = await startDaemon(t, home);
    writeFileSync(join(home.inbox, 'a.md'), 'a document');
    await daemon.reached('done', 1);
    const socketPath = join(home.folder, 'state', 'daemon.sock');
    const agent = new http.Agent({ keepAlive: true, maxSockets: 32 });
    t.after(() => agent.destroy());
    // A stop that happens to be well formed would end the daemon.
    const routes = ROUTES.filter(({ name }) => name !== 'stop');
    const statuses = new Map<number, number>();
    await fc.assert(
      fc.asyncProperty(fc.array(callOf(routes), { minLength: 100, maxLength: 100 }), async (calls) => {
        const answers = await Promise.all(calls.map((call) => ask(agent, socketPath, call)));
        answers.forEach(({ status, type, body: text }, index) => {
          const call = JSON.stringify(calls[index]).slice(0, 2000);
          statuses.set(status, (statuses.get(status) ?? 0) + 1);
          assert.notEqual(status, 500, `${call}: ${text}`);
          // A probe that is not ok says no more than that.
          // MCP has a form of its own for what is wrong.
          const isMcp = calls[index]?.path.startsWith('/mcp') === true;
          if (status < 400 || text === '' || text === 'not ok\n' || isMcp) return;
          assert.equal(type, 'application/problem+json', call);
          const problem = JSON.parse(text);
          assert.equal(problem.status, status);
          assert.match(problem.code, /^[a-z-]+$/);
          assert.ok(problem.detail !== '' && text.length < 20_000, call);
        });
      }),
      { numRuns: REQUESTS / 100, endOnFailure: true },
    );
    t.diagnostic(`answers by status: ${JSON.stringify(Object.fromEntries([...statuses].sort()))}`);
    assert.ok((statuses.get(200) ?? 0) > REQUESTS / 100 && (statuses.get(400) ?? 0) > REQUESTS / 100);
    assert.equal(await daemon.end(), 0);
  });
});
