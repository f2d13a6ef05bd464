import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import * as z from 'zod';
import { METRICS, PREFIX } from '../../../src/surfaces/metrics/catalogue.ts';
import { noPromtool, PROMTOOL } from '../../support/promtool.ts';
import { temporaryFolder } from '../../support/store.ts';

const panel = z.object({
  id: z.number(),
  type: z.enum(['row', 'stat', 'timeseries']),
  title: z.string(),
  gridPos: z.object({ x: z.number(), y: z.number(), w: z.number(), h: z.number() }),
  targets: z.array(z.object({ refId: z.string(), expr: z.string() })).default([]),
});
const { panels, ...dashboard } = z
  .looseObject({ uid: z.string(), title: z.string(), schemaVersion: z.number(), panels: z.array(panel) })
  .parse(
    JSON.parse(
      readFileSync(new URL('../../../examples/grafana/consciousness.json', import.meta.url), 'utf8'),
    ),
  );
const queries = panels.flatMap(({ targets }) => targets.map(({ expr }) => expr));

describe('the dashboard for Grafana', () => {
  it('asks only for metrics that there are, and for nearly all of them', () => {
    const asked = new Set(
      Array.from(
        JSON.stringify([queries, dashboard]).matchAll(new RegExp(`${PREFIX}(\\w+)`, 'g')),
        ([, name = '']) => (name in METRICS ? name : name.replace(/_(?:bucket|sum|count)$/, '')),
      ),
    );
    assert.deepEqual(
      [...asked].filter((name) => !(name in METRICS)),
      [],
    );
    assert.deepEqual(
      Object.keys(METRICS).filter((name) => !asked.has(name)),
      ['rules'],
    );
  });

  it('asks only for labels that its metrics have', () => {
    for (const query of queries) {
      const labels = new Set(
        Array.from(query.matchAll(/[{,(]\s*([a-z]+)\s*(?:=|!=|=~|!~)\s*"/g), ([, label = '']) => label),
      );
      const by = /by \(([^)]*)\)/.exec(query)?.[1]?.split(', ') ?? [];
      const [, name = ''] = new RegExp(`${PREFIX}(\\w+?)(?:_bucket)?\\{`).exec(query) ?? [];
      const known = new Set([
        'instance',
        'le',
        ...(Object.entries(METRICS).find(([each]) => each === name)?.[1].labels ?? []),
      ]);
      for (const label of [...labels, ...by]) assert.ok(known.has(label), `${label} in ${query}`);
    }
  });

  it('puts no panel onto another', () => {
    const taken = new Map<string, string>();
    assert.deepEqual([...new Set(panels.map(({ id }) => id))].length, panels.length);
    for (const { title, gridPos } of panels) {
      assert.ok(gridPos.x + gridPos.w <= 24, title);
      for (let x = gridPos.x; x < gridPos.x + gridPos.w; x += 1)
        for (let y = gridPos.y; y < gridPos.y + gridPos.h; y += 1) {
          assert.equal(taken.get(`${x} ${y}`), undefined, title);
          taken.set(`${x} ${y}`, title);
        }
    }
  });

  it('asks in what Prometheus takes for a question', { skip: noPromtool }, (t) => {
    const file = join(temporaryFolder(t), 'rules.yml');
    const rules = queries.map((expr, at) => ({
      record: `query:${at}`,
      expr: expr.replaceAll('$__rate_interval', '5m'),
    }));
    writeFileSync(file, JSON.stringify({ groups: [{ name: 'dashboard', rules }] }));
    assert.match(execFileSync(PROMTOOL, ['check', 'rules', file], { encoding: 'utf8' }), /SUCCESS/);
  });
});
