/**
 * The senses of processes and vitals as the daemon runs them, with rules that watch for changes and a condition; only
 * the journal is missing. Says `ready` once all has been looked at.
 */
import { systemClock } from '../../src/base/clock.ts';
import type { Rule } from '../../src/contract/rule.ts';
import { createProcessesSense } from '../../src/senses/processes/sense.ts';
import type { RuledSense } from '../../src/senses/sense.ts';
import { createVitalsSense } from '../../src/senses/vitals/sense.ts';

const rule = (name: string, on: object): Rule => ({ name, on }) as never;
const when = { metric: 'memory_mb', above: 4000, forMs: 300_000 };
const rules = [
  rule('changes', { process: { preset: 'lmstudio', changes: ['started', 'exited'], cooldownMs: 0 } }),
  rule('memory', { process: { name: 'node', changes: [], when, cooldownMs: 0 } }),
  rule('disk', { vitals: { when: { metric: 'disk.percent', above: 90, forMs: 0 }, cooldownMs: 0 } }),
];
const signal = new AbortController().signal;
const seen = new Set<string>();

async function follow(sense: RuledSense): Promise<void> {
  sense.heed(rules);
  for await (const { accept } of sense.perceive(signal)) {
    accept();
    seen.add(sense.health().name);
    if (seen.size === 2) console.log('ready');
  }
}

await Promise.all([
  follow(createProcessesSense({ clock: systemClock, cursors: new Map() })),
  follow(createVitalsSense({ clock: systemClock, every: () => 60_000 })),
]);
