import { seededRandom } from '../support/seeded-random.ts';
import { pauseUnderAnother } from './pauses.ts';
import type { Row, Suite } from './suite.ts';
import { createTally } from './tally.ts';
import { inTrial, type Outcome, type Trial } from './trial.ts';

interface Control {
  name: string;
  swaps: string[];
  /** What happens without it. */
  shows: 'lost' | 'doubled';
  /** Shows for sure what the missing defence is for. */
  body(trial: Trial): Promise<Outcome>;
}

const CONTROLS: readonly Control[] = [
  {
    name: 'fence off: a paused daemon goes on after another took over',
    swaps: ['fence off'],
    shows: 'doubled',
    body: pausedBeforeWriting,
  },
  {
    name: 'ledger off: killed between the link and its record',
    swaps: ['ledger off'],
    shows: 'doubled',
    body: killedAfterLink,
  },
  {
    name: 'reconcile off: changed while the daemon was down',
    swaps: ['reconcile off'],
    shows: 'lost',
    body: changedWhileDown,
  },
];

/**
 * The same trials twice: with the defence, where nothing may be lost or doubled, and without it, where something
 * must be. A control that holds without its defence proves nothing, and fails the whole.
 */
export const controls: Suite = {
  name: 'controls',
  share: 1,
  async run({ seed, slice, until }) {
    const random = seededRandom(seed ^ 0xc0);
    const rows: Row[] = [];
    for (const { name, swaps, shows, body } of CONTROLS) {
      const [broken] = name.split(': ');
      const without = createTally(name, { mustFail: shows });
      const within = createTally(name.replace(`${broken}: `, ''));
      for (let run = 0; run < (slice ? 1 : 3); run += 1) {
        if (run > 0 && performance.now() > until) break;
        const own = random.below(2 ** 31);
        const [harmed, unharmed] = await Promise.all([inTrial(own, swaps, body), inTrial(own, [], body)]);
        without.add(own, ofFiles(harmed));
        within.add(own, unharmed);
      }
      rows.push(within.row(), without.row());
    }
    return rows;
  },
};

/** Of whatever was paused, a new file's note shows best who wrote it: the second to come takes another name. */
async function pausedBeforeWriting(trial: Trial): Promise<Outcome> {
  trial.world.only('copy');
  return pauseUnderAnother(trial, 'output:begun');
}

/** A daemon that only ends or hangs without its defence shows nothing: what became of files does. */
function ofFiles(outcome: Outcome): Outcome {
  const lost = outcome.lost.filter((what) => !/^(?:after \d+ s|the last daemon) /.test(what));
  return { ...outcome, lost };
}

async function killedAfterLink(trial: Trial): Promise<Outcome> {
  trial.world.only('copy');
  const life = await trial.live({ point: 'link:after', hit: 1 });
  trial.world.add();
  await life.ended;
  return trial.conclude();
}

async function changedWhileDown(trial: Trial): Promise<Outcome> {
  const life = await trial.live();
  const name = trial.world.add();
  await trial.rest(life);
  await trial.kill(life);
  trial.world.modify(name);
  trial.world.add();
  const last = await trial.live();
  // What is lost for good would be waited for in vain: the first change that it sees itself says that it is through.
  const seen = trial.world.add();
  while (
    !last.isOver() &&
    !last.events.some((event) => event.type === 'perceived' && event.path.endsWith(`/${seen}`))
  )
    await last.next();
  return trial.conclude(last);
}
