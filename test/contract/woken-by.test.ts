import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { RuleOn } from '../../src/contract/rule.ts';
import { senseOf, wokenBy } from '../../src/contract/woken-by.ts';

const full = { metric: 'disk.percent', of: '/home', above: 90, forMs: 300_000 };
const fast = { metric: 'memory.percent', rises: 10, withinMs: 60_000, forMs: 0 };

describe('what wakes a rule', () => {
  const cases: [RuleOn, string][] = [
    [
      { file: { paths: ['/in/*.md', '/in/*.txt'], changes: ['added'], settleMs: 1, existing: 'ignore' } },
      '/in/*.md, /in/*.txt',
    ],
    [{ request: {} }, 'on request'],
    [
      { log: { path: '/var/app.log', match: null, ignore: null, begins: null, gatherMs: 1, most: 1 } },
      'log /var/app.log',
    ],
    [{ process: { preset: 'ollama', changes: ['exited'], cooldownMs: 0 } }, 'process ollama: exited'],
    [
      { process: { name: 'node', changes: [], when: { ...fast, metric: 'memory_mb' }, cooldownMs: 0 } },
      'process node: memory_mb rises 10 within 1m',
    ],
    [{ vitals: { when: full, cooldownMs: 0 } }, 'disk.percent of /home above 90 for 5m'],
    [
      { vitals: { when: { any: [full, fast] }, cooldownMs: 0 } },
      'disk.percent of /home above 90 for 5m or memory.percent rises 10 within 1m',
    ],
    [{ schedule: { everyMs: 7_200_000, timezone: 'system', missed: 'once' } }, 'every 2h'],
    [{ schedule: { cron: '0 18 * * *', timezone: 'system', missed: 'once' } }, 'cron 0 18 * * *'],
    [{ schedule: { at: '2026-12-24 18:00', timezone: 'system', missed: 'once' } }, 'at 2026-12-24 18:00'],
    [{ daemon: { events: ['provider.down', 'disk.low'] } }, 'daemon: provider.down, disk.low'],
  ];
  for (const [on, said] of cases) it(`is said in words: ${said}`, () => assert.equal(wokenBy(on), said));

  it('is an event of one sense', () => {
    const senses = new Set(cases.map(([on]) => senseOf(on)));
    assert.deepEqual([...senses], ['files', 'requests', 'logs', 'processes', 'vitals', 'schedule', 'daemon']);
  });
});
