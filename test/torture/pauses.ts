import { DatabaseSync } from 'node:sqlite';
import { setTimeout as sleep } from 'node:timers/promises';
import { seededRandom } from '../support/seeded-random.ts';
import { seeds } from './kills.ts';
import type { Life } from './life.ts';
import type { Suite } from './suite.ts';
import { createTally, spread } from './tally.ts';
import { inTrial, type Outcome, type Trial } from './trial.ts';

/** With `short leases`, a lease is a second: the pause is longer. */
const PAUSE_MS = 1500;

/** Where a worker holds a thought and is about to write about it. No daemon comes by without one, so none of them before it is ready. */
const AIMED = [
  'commit:send:after',
  'model:asked',
  'model:answered',
  'answer:planned',
  'commit:record:before',
  'output:begun',
  'ledger:before',
  'ledger:known',
  'temporary:synced',
  'link:before',
  'link:after',
  'output:applied',
  'commit:finish:before',
] as const;

/** Stops a daemon past its leases at aimed points; it wakes, and finds that its work was given away. */
export const pauses: Suite = {
  name: 'pauses',
  share: 2,
  async run(options) {
    const { seed, slice } = options;
    const random = seededRandom(seed ^ 0x9a05e);
    const alone = createTally('stop past the lease, go on: a daemon alone');
    const taken = createTally('stop past the lease, go on: another daemon took over');
    await spread(seeds(random, slice ? 1 : Number.POSITIVE_INFINITY), options, async (own) => {
      alone.add(own, await inTrial(own, ['short leases'], pauseAlone));
      // Stopped within a transaction, it would keep the database locked for everybody.
      const point = seededRandom(own).pick(
        AIMED.filter((each) => !each.endsWith(':before') || each.startsWith('l')),
      );
      taken.add(own, await inTrial(own, [], (trial) => pauseUnderAnother(trial, point)));
    });
    return [alone.row(), taken.row()];
  },
};

async function pauseAlone(trial: Trial): Promise<Outcome> {
  const { world, random } = trial;
  const life = await trial.live({ point: random.pick(AIMED), hit: 1 + random.below(2), signal: 'SIGSTOP' });
  // Also where it comes by only later: nobody else would wake it.
  const paused = life.met.then(async (isMet) => {
    if (!isMet) return;
    await stopped(life);
    world.change(random.below(5));
    // The length of the pause is the fault itself.
    await sleep(PAUSE_MS);
    life.signal('SIGCONT');
  });
  world.change(8 + random.below(8));
  await Promise.race([paused, trial.rest(life)]);
  world.change(3);
  return trial.conclude(life);
}

/**
 * One daemon is stopped in the middle of its work, another takes over its home as if the lock did not exist and
 * finishes everything, and the first one wakes and goes on with what it believes to hold.
 */
export async function pauseUnderAnother(trial: Trial, point: string): Promise<Outcome> {
  const first = await stoppedAt(trial, point);
  const took = performance.now();
  const second = await trial.live({ swaps: ['lock off'] });
  await trial.rest(second);
  const recovery = (performance.now() - took) / 1000;
  first.signal('SIGCONT');
  // It has had its turn when what it was stopped in is over: it ends in order.
  first.signal('SIGTERM');
  await first.ended;
  return { ...(await trial.conclude(second, { overtaken: true })), recovery };
}

/** A daemon that is stopped there, and between two transactions: within one it would keep everybody out of the database. */
async function stoppedAt(trial: Trial, point: string): Promise<Life> {
  for (;;) {
    const life = await trial.live({ point, hit: 1, signal: 'SIGSTOP', swaps: ['lock off'] });
    trial.world.add();
    if (!(await life.met)) throw new Error(`the first daemon never met ${point}: ${life.stderr()}`);
    await stopped(life);
    if (!isLocked(trial.world.database)) return life;
    await trial.kill(life);
  }
}

/** Whether somebody is in the middle of a transaction. */
function isLocked(path: string): boolean {
  const database = new DatabaseSync(path, { timeout: 0 });
  try {
    database.exec('BEGIN IMMEDIATE; ROLLBACK');
    return false;
  } catch (error) {
    if (!/locked/.test(String(error))) throw error;
    return true;
  } finally {
    database.close();
  }
}

async function stopped(life: Life): Promise<void> {
  while (!life.isOver() && !life.isStopped()) await sleep(5);
}
