import { setTimeout as sleep } from 'node:timers/promises';
import { type SeededRandom, seededRandom } from '../support/seeded-random.ts';
import { audit, type Verdict } from './audit.ts';
import { contentHash, openWork, readBooks, treeOf } from './evidence.ts';
import { beginLife, type Life } from './life.ts';
import type { Plan } from './scenario-preload.ts';
import { createWorld, type World } from './world.ts';

/** How often it is looked whether everything is processed, milliseconds. */
const LOOK_MS = 40;
/** What is not processed after so long is lost. */
const PATIENCE_MS = 45_000;
/** No trial takes so long: one that does has hung, which is told, and must not hang the whole. */
const LONGEST_MS = 240_000;

const UNHARMED: Plan = { point: null, hit: 0, signal: 'SIGKILL', swaps: [] };

/** A world with one daemon after the other in it, and what was seen of them. */
export interface Trial {
  world: World;
  random: SeededRandom;
  /** Begins a life and waits until it is ready or has met its point; it may be over by then. */
  live(plan?: Partial<Plan>): Promise<Life>;
  /** Waits until all is processed, or the life is over; true where all is. */
  rest(life: Life): Promise<boolean>;
  kill(life: Life): Promise<void>;
  /** Starts a last daemon where none lives, lets it process everything, ends it, and compares. */
  conclude(last?: Life, how?: { overtaken: boolean }): Promise<Outcome>;
}

export interface Outcome extends Verdict {
  /** From the last start until all was processed, seconds. */
  recovery: number;
}

/** Runs one trial in a world of its own, and takes the world down again. */
export async function inTrial(
  seed: number,
  swaps: string[],
  body: (trial: Trial) => Promise<Outcome>,
): Promise<Outcome> {
  const random = seededRandom(seed);
  const world = await createWorld(random);
  const lives: Life[] = [];

  async function live(plan: Partial<Plan> = {}): Promise<Life> {
    const life = beginLife(world.home, { ...UNHARMED, ...plan, swaps: [...swaps, ...(plan.swaps ?? [])] });
    lives.push(life);
    await Promise.race([life.ready, life.met]);
    return life;
  }

  async function rest(life: Life): Promise<boolean> {
    const until = performance.now() + PATIENCE_MS;
    while (performance.now() < until) {
      if (life.isOver()) return false;
      if ((await openWork(world)).length === 0) return true;
      await sleep(LOOK_MS);
    }
    return true;
  }

  async function conclude(last?: Life, { overtaken } = { overtaken: false }): Promise<Outcome> {
    const began = performance.now();
    const life = last ?? (await live());
    await rest(life);
    const recovery = (performance.now() - began) / 1000;
    const open = await openWork(world);
    life.signal('SIGTERM');
    const code = await life.ended;
    const verdict = audit({
      files: [...world.files.values()],
      asked: world.asked,
      rules: world.rules,
      told: lives.flatMap(({ events }) =>
        events.flatMap((event) => (event.type === 'perceived' ? [{ seq: event.seq, path: event.path }] : [])),
      ),
      books: readBooks(world.database),
      notes: treeOf(world.notes),
      prompts: world.server.prompts,
      hash: await contentHash(),
      overtaken,
    });
    if (open.length > 0)
      verdict.lost.push(...open.slice(0, 3).map((what) => `after ${PATIENCE_MS / 1000} s ${what}`));
    if (code !== 0) verdict.lost.push(`the last daemon ended with ${code}: ${life.stderr().slice(0, 400)}`);
    return { ...verdict, recovery };
  }

  try {
    return await within(
      LONGEST_MS,
      seed,
      body({
        world,
        random,
        live,
        rest,
        conclude,
        async kill(life) {
          life.signal('SIGKILL');
          await life.ended;
        },
      }),
    );
  } finally {
    for (const life of lives) life.signal('SIGKILL');
    await Promise.all(lives.map((life) => life.ended));
    await world.close();
  }
}

async function within(ms: number, seed: number, outcome: Promise<Outcome>): Promise<Outcome> {
  const over = new AbortController();
  const late = sleep(ms, null, { signal: over.signal }).then(
    () => ({
      lost: [`the trial of seed ${seed} did not end within ${ms / 1000} s`],
      doubled: [],
      recovery: ms / 1000,
    }),
    () => outcome,
  );
  try {
    return await Promise.race([outcome, late]);
  } finally {
    over.abort();
  }
}
