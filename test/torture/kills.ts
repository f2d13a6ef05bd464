import { CodedError } from '../../src/base/errors.ts';
import { type SeededRandom, seededRandom } from '../support/seeded-random.ts';
import { actFor } from './acts.ts';
import { POINTS } from './points.ts';
import type { Row, Suite, SuiteOptions } from './suite.ts';
import { createTally, spread } from './tally.ts';
import { inTrial, type Outcome, type Trial } from './trial.ts';

/** Deaths in one trial: one more, and a thought that dies with each of them would be given up after five. */
const LIVES = 4;

/** Kills the daemon at every named place, each in the middle of changes of every kind. */
export const killPoints: Suite = {
  name: 'kill-points',
  share: 4,
  async run(options) {
    const random = seededRandom(options.seed);
    const tallies = new Map(POINTS.map((point) => [point, createTally(`kill at ${point}`)]));
    const rounds = chains(random, options);
    await spread(rounds, options, async ({ seed, points }) => {
      const met: string[] = [];
      const outcome = await inTrial(seed, [], (trial) =>
        killAlong(trial, points, met, options.slice ? () => 1 : hitOf),
      );
      for (const point of met) tallies.get(point)?.add(seed, outcome);
    });
    return summary(
      [...tallies.values()].map((tally) => tally.row()),
      options.slice,
    );
  },
};

/** Kills the daemon at random moments of a burst, again and again. */
export const randomKills: Suite = {
  name: 'random-kills',
  share: 2,
  async run(options) {
    const tally = createTally('kill at random moments, 4 a run');
    const random = seededRandom(options.seed ^ 0x5eed);
    await spread(seeds(random, options.slice ? 2 : Number.POSITIVE_INFINITY), options, async (seed) => {
      tally.add(seed, await inTrial(seed, [], killAnywhere));
    });
    return [tally.row()];
  },
};

async function killAlong(
  trial: Trial,
  points: readonly string[],
  met: string[],
  hits: typeof hitOf,
): Promise<Outcome> {
  const { world, random } = trial;
  let isMet = false;
  const resume = () => ignoringDeath(world.client(AbortSignal.timeout(10_000)).resume(null));
  for (const [index, point] of points.entries()) {
    const act = actFor(point);
    const life = await trial.live({ point, hit: hits(point, random), swaps: act?.swaps ?? [] });
    // The act before may have died between its pause and its resume.
    if (!life.isOver()) await resume();
    // What is there before a root was ever scanned is no change of it.
    isMet ||= await life.ready;
    if (isMet) world.change(6 + random.below(8));
    if (/[rR]ules|replace|unclaimed|hasOutdated/.test(point) || random.chance(0.3)) world.editRule();
    await world.ask(`k${index}-${random.below(3)}`);
    if (act && !life.isOver()) await ignoringDeath(act.do(world.client(AbortSignal.timeout(10_000)), world));
    const isStopping = point.startsWith('stop:');
    if (isStopping || !(await Promise.race([life.met, trial.rest(life).then(() => false)])))
      life.signal('SIGTERM');
    if (await Promise.race([life.met, life.ended.then(() => life.met)])) met.push(point);
    await life.ended;
    // Changes that nobody watches: the next one has to find them.
    if (isMet) world.change(2 + random.below(4));
  }
  const last = await trial.live();
  await resume();
  return trial.conclude(last);
}

/** A daemon that dies meanwhile answers nobody: that is what is wanted here. */
async function ignoringDeath(asking: Promise<unknown>): Promise<void> {
  try {
    await asking;
  } catch (error) {
    if (!(error instanceof CodedError) && !(error instanceof Error && error.name === 'TimeoutError'))
      throw error;
  }
}

async function killAnywhere(trial: Trial): Promise<Outcome> {
  const { world, random } = trial;
  for (let life = 0; life < LIVES; life += 1) {
    const daemon = await trial.live();
    world.change(5 + random.below(20));
    // Some time while it is at work: the moment of a kill is what is tried here, nothing is waited for.
    const { promise, resolve } = Promise.withResolvers<void>();
    setTimeout(resolve, random.below(500));
    await promise;
    world.change(random.below(6));
    await trial.kill(daemon);
    world.change(random.below(5));
  }
  return trial.conclude();
}

/** What happens once in a life is met at its first time; anything else at the first few. */
function hitOf(point: string, random: SeededRandom): number {
  return ONCE.test(point) ? 1 : 1 + random.below(3);
}

const ONCE =
  /migration|folder:made|stop:|registerRoots|saveRules|rulesInForce|sweep|decideExisting|acceptRequest|retry|cancel|pause|resume|askUndo|queueFile|giveBack/;

/** Trials that together meet every point, again and again with other seeds where there is time. */
function* chains(
  random: SeededRandom,
  { slice }: SuiteOptions,
): Generator<{ seed: number; points: string[] }> {
  for (let round = 0; round < (slice ? 1 : Number.POSITIVE_INFINITY); round += 1) {
    const rest = shuffled(slice ? POINTS.filter((point) => IN_SLICE.test(point)) : POINTS, random);
    while (rest.length > 0) yield { seed: random.below(2 ** 31), points: inOrder(rest.splice(0, LIVES)) };
  }
}

/** The places where a crash has most to tear apart. */
const IN_SLICE =
  /^(?:migration:after|batch:journaled|model:answered|temporary:synced|ledger:known|link:after|link:alone|rename:after|folder-sync:before|commit:(?:observe|captured|claim|send|record|finish):after|commit:record:before)$/;

/** What happens only once in a home is met in the first life, or not at all. */
function inOrder(points: string[]): string[] {
  const isFirst = (point: string) => /^(?:migration|folder:made|commit:decideExisting)/.test(point);
  return points.sort((a, b) => Number(isFirst(b)) - Number(isFirst(a)));
}

function shuffled<T>(all: readonly T[], random: SeededRandom): T[] {
  return all
    .map((each) => ({ each, at: random.fraction() }))
    .sort((a, b) => a.at - b.at)
    .map(({ each }) => each);
}

export function* seeds(random: SeededRandom, count: number): Generator<number> {
  for (let made = 0; made < count; made += 1) yield random.below(2 ** 31);
}

/** Places that no run came by are told in one row, so that none is thought to have been tried. */
function summary(rows: Row[], slice: boolean): Row[] {
  const never = rows.filter((row) => row.runs === 0).map((row) => row.name.replace('kill at ', ''));
  const tried = rows.filter((row) => row.runs > 0);
  if (slice || never.length === 0) return tried;
  const name = `never met: ${never.join(', ')}`;
  return [
    ...tried,
    { name, runs: 0, lost: 0, doubled: 0, slowest: 0, skipped: 'no run came by: give it more time' },
  ];
}
