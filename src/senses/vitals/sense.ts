import { createBell } from '../../base/bell.ts';
import type { Clock } from '../../base/clock.ts';
import { messageOf, systemCode } from '../../base/errors.ts';
import type { Measured, Percepts } from '../../contract/happening.ts';
import type { SenseHealth } from '../../contract/status-view.ts';
import { partsOf } from '../../contract/vitals.ts';
import type { VitalsSample } from '../../contract/vitals-view.ts';
import { isPassing } from '../files/trouble.ts';
import { offendersText } from '../processes/measure.ts';
import { createProcessReader } from '../processes/open.ts';
import type { ProcessReader } from '../processes/reader.ts';
import type { Perception, RuledSense } from '../sense.ts';
import { createVitalsReader } from './open.ts';
import type { VitalsReader } from './reader.ts';

export interface VitalsSenseOptions {
  clock: Clock;
  /** How often, in milliseconds; asked anew for each sample. */
  every(): number;
  /** Default: the ones for this system. */
  open?(clock: Clock): Promise<VitalsReader>;
  openProcesses?(clock: Clock): Promise<Pick<ProcessReader, 'snapshot' | 'close'>>;
}

/** Rates need a time to be measured over: the first sample is so long after the start. */
const FIRST_MS = 2000;

/** Perceives how the machine is, every minute or as configured, whether or not a rule asks. */
export function createVitalsSense(options: VitalsSenseOptions): RuledSense {
  const { clock, every, open = createVitalsReader, openProcesses = createProcessReader } = options;
  const heeded = createBell();
  let isWanted = false;
  let processes: Pick<ProcessReader, 'snapshot' | 'close'> | null = null;
  let last: VitalsSample | null = null;
  let trouble = '';

  /** What rules on the vitals are checked against; who uses the most is looked for only then. */
  async function measured({ at, values }: VitalsSample): Promise<Measured[]> {
    if (!isWanted) {
      processes = null;
      return [];
    }
    processes ??= await openProcesses(clock);
    const offenders = offendersText(await processes.snapshot());
    // Nothing is worth keeping open for so long.
    processes.close();
    const readings = Object.entries(values).map(([key, value]) => ({ ...partsOf(key), value }));
    return [{ sense: 'vitals', at, readings, offenders }];
  }

  /** Null where it cannot look now, which passes. */
  async function look(reader: VitalsReader): Promise<Percepts | null> {
    try {
      const sample = await reader.sample();
      const batch = { happenings: [], cursors: [], sample, measured: await measured(sample) };
      [last, trouble] = [sample, ''];
      return batch;
    } catch (error) {
      if (!isPassing(systemCode(error) ?? '')) throw error;
      trouble = messageOf(error);
      return null;
    }
  }

  return {
    heed(rules) {
      isWanted = rules.some(({ on }) => on.vitals !== undefined);
      heeded.ring();
    },
    async *perceive(signal): AsyncGenerator<Perception<Percepts>> {
      const reader = await open(clock);
      let dueAt = clock.monotonic() + Math.min(FIRST_MS, every());
      while (!signal.aborted) {
        const wait = dueAt - clock.monotonic();
        if (wait > 0) {
          // Another pace may be in force now.
          await heeded.wait(wait, signal);
          dueAt = Math.min(dueAt, clock.monotonic() + every());
          continue;
        }
        dueAt = clock.monotonic() + every();
        const batch = await look(reader);
        if (batch !== null) yield { batch, accept: () => {} };
      }
    },
    health(): SenseHealth {
      const known: Pick<SenseHealth, 'name' | 'roots'> = { name: 'vitals', roots: [] };
      if (trouble !== '')
        return { ...known, state: 'degraded', detail: `cannot look: ${trouble}; tried again` };
      if (last === null) return { ...known, state: 'starting', detail: '' };
      return { ...known, state: 'ok', detail: glance(last, every()) };
    },
  };
}

/** `cpu 12 %, memory 41 %, fullest disk / 63 %; every 60 s`. */
function glance({ values }: VitalsSample, everyMs: number): string {
  const percent = (name: string, key: string) =>
    values[key] === undefined ? [] : [`${name} ${Math.round(values[key])} %`];
  const [fullest] = Object.entries(values)
    .filter(([key]) => partsOf(key).metric === 'disk.percent')
    .sort(([, a], [, b]) => b - a);
  const disk = fullest === undefined ? [] : percent(`fullest disk ${partsOf(fullest[0]).of}`, fullest[0]);
  const parts = [...percent('cpu', 'cpu.percent'), ...percent('memory', 'memory.percent'), ...disk];
  return `${parts.join(', ')}; every ${Math.round(everyMs / 1000)} s`;
}
