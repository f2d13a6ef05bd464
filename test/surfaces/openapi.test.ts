import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import { Validator } from '@seriousme/openapi-schema-validator';
import { CodedError } from '../../src/base/errors.ts';
import { OWNER } from '../../src/contract/access.ts';
import { openApiDocument } from '../../src/surfaces/http/openapi.ts';
import { problemOf } from '../../src/surfaces/http/problem.ts';
import { ROUTES } from '../../src/surfaces/http/routes.ts';
import { appFor } from './app-for.ts';
import { MemoryDaemon } from './memory-daemon.ts';

const document = JSON.parse(JSON.stringify(openApiDocument(ROUTES)));

describe('the OpenAPI document', () => {
  it('is the one in docs/: a change to the API is seen (`node scripts/openapi.ts` writes it)', () => {
    const kept = JSON.parse(readFileSync(new URL('../../docs/openapi.json', import.meta.url), 'utf8'));
    assert.deepEqual(document, kept);
  });

  it('is one, by the specification', async () => {
    const validator = new Validator();
    const result = await validator.validate(structuredClone(document));
    assert.deepEqual(result.errors ?? [], []);
    assert.equal(validator.version, '3.1');
  });

  it('is served', async (t) => {
    const end = new AbortController();
    t.after(() => end.abort());
    const app = appFor(new MemoryDaemon(), { signal: end.signal, report: () => undefined });
    const response = await app.request('/v1/openapi.json', {}, { access: OWNER });
    assert.deepEqual(await response.json(), document);
  });

  it('names every route once', () => {
    const names = ROUTES.map(({ name }) => name);
    assert.deepEqual([...new Set(names)], names);
  });

  it('asks for a scope wherever something is changed', () => {
    const open = ROUTES.filter(
      ({ name, method, scope }) => method !== 'GET' && scope === 'read' && name !== 'mcp',
    );
    assert.deepEqual(open, []);
  });

  it('names no problem without a status of its own', () => {
    for (const code of new Set(ROUTES.flatMap(({ problems = [] }) => problems)))
      assert.notEqual(problemOf(new CodedError(code, 'x')).status, 500, code);
  });
});
