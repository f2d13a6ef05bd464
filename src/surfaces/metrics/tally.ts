import type { LiveEvent } from '../../contract/live-event.ts';
import { PROCESSED } from '../../contract/thought.ts';
import type { AttemptTold } from '../../mind/report.ts';
import { modelLabel } from '../model-label.ts';
import { createBound } from './bounded.ts';
import { BUCKETS, type MetricName } from './catalogue.ts';
import type { Distribution, Sample } from './sample.ts';

/** Counts what happens from the start of the process on, in a few numbers each. */
export interface Tally {
  event(event: LiveEvent): void;
  attempt(attempt: AttemptTold): void;
  counted(): Sample[];
  distributed(): Distribution[];
}

export function createTally(): Tally {
  const counters = new Map<string, Sample>();
  const distributions = new Map<
    string,
    { metric: MetricName; labels: string[]; counts: number[]; sum: number }
  >();
  const bounded = { rule: createBound(), model: createBound() };

  function count(metric: MetricName, labels: string[], by = 1): void {
    const known = counters.get(keyOf(metric, labels));
    if (known) known.value += by;
    else counters.set(keyOf(metric, labels), { metric, labels, value: by });
  }

  function observe(metric: MetricName, labels: string[], milliseconds: number | null): void {
    if (milliseconds === null) return;
    const key = keyOf(metric, labels);
    const known = distributions.get(key) ?? {
      metric,
      labels,
      counts: Array.from({ length: BUCKETS.length + 1 }, () => 0),
      sum: 0,
    };
    distributions.set(key, known);
    const seconds = milliseconds / 1000;
    known.sum += seconds;
    known.counts = known.counts.map((n, at) =>
      seconds <= (BUCKETS[at] ?? Number.POSITIVE_INFINITY) ? n + 1 : n,
    );
  }

  return {
    event(event) {
      switch (event.type) {
        case 'perceived':
          return count('events_total', ['files']);
        case 'happened':
          return count('events_total', [senseOf(event.kind)]);
        case 'state':
          if (PROCESSED.includes(event.state))
            count('thoughts_ended_total', [bounded.rule(event.rule), event.state]);
          return;
        case 'output':
          return count('outputs_total', [event.kind, event.state]);
        default:
          return;
      }
    },
    attempt({ provider, model, outcome, call }) {
      const of = splitAt(bounded.model(`${provider}\n${modelLabel(model)}`));
      count('attempts_total', [...of, outcome]);
      // What is reused was asked for before.
      if (outcome === 'reused') return;
      count('tokens_total', [...of, 'input'], call.inputTokens ?? 0);
      count('tokens_total', [...of, 'output'], call.outputTokens ?? 0);
      observe('first_token_seconds', of, call.firstTokenMs);
      observe('attempt_duration_seconds', of, call.totalMs);
    },
    counted: () => [...counters.values()],
    distributed: () => [...distributions.values()],
  };
}

function keyOf(metric: MetricName, labels: readonly string[]): string {
  return JSON.stringify([metric, ...labels]);
}

/** Provider and model share a bound, since they come in pairs; beyond it both are `other`. */
function splitAt(pair: string): [string, string] {
  const at = pair.indexOf('\n');
  return at < 0 ? [pair, pair] : [pair.slice(0, at), pair.slice(at + 1)];
}

/** The sense that tells of such a thing: `process.started`, `log.lines`, … */
function senseOf(kind: string): string {
  switch (kind.split('.', 1)[0]) {
    case 'process':
      return 'processes';
    case 'vitals':
      return 'vitals';
    case 'log':
      return 'logs';
    case 'schedule':
      return 'schedule';
    default:
      return 'daemon';
  }
}
