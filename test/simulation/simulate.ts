import { loadContentHash } from '../../src/base/content-hash.ts';
import { messageOf } from '../../src/base/errors.ts';
import type { Rule } from '../../src/contract/rule.ts';
import { type SeededRandom, seededRandom } from '../support/seeded-random.ts';
import { type End, type Findings, judge, openWork, wrongNow } from './expectation.ts';
import { beginHouse, type House } from './house.ts';
import { createLife, type Life } from './life.ts';
import { simulatedAnswer, simulatedRules } from './rules.ts';
import { createSimulatedDisk } from './simulated-disk.ts';
import { ROOT } from './simulated-sense.ts';
import { createSimulatedServer } from './simulated-server.ts';
import { openSimulatedStore } from './simulated-store.ts';
import { createVirtualTime } from './virtual-time.ts';

export interface Simulated extends Findings {
  /** Deaths, in whatever way. */
  deaths: number;
  /** Virtual seconds from the last fault until everything was processed. */
  recovery: number;
}

const HOOK = Symbol.for('consciousness.failpoint');
const MOST_LIVES = 5;
/** Virtual time that everything has to come to rest in. */
const REST_MS = 3 * 3_600_000;

const hash = await loadContentHash();

/** Lives through one seed: the same faults at the same moments each time. */
export async function simulate(seed: number): Promise<Simulated> {
  const random = seededRandom(seed);
  const time = createVirtualTime(random);
  const uninstall = time.install();
  const world = createSimulatedWorld(random, time);
  try {
    return await world.live();
  } finally {
    Reflect.deleteProperty(globalThis, HOOK);
    uninstall();
    world.close();
  }
}

function createSimulatedWorld(random: SeededRandom, time: ReturnType<typeof createVirtualTime>) {
  const wrong: string[] = [];
  const say = (what: string) => wrong.push(`at ${Math.round(time.elapsed())} ms: ${what}`);
  const disk = createSimulatedDisk(random, time);
  const servers = [
    createSimulatedServer('alpha', 2, { random, time, answer: simulatedAnswer }),
    createSimulatedServer('beta', 1, { random, time, answer: simulatedAnswer }),
  ];
  let life = createLife();
  let house: House | null = null;
  let deathIn = Number.POSITIVE_INFINITY;
  let deaths = 0;
  let edition = 1;
  let rules: Rule[] = simulatedRules(edition);
  let words = 0;
  /** Where they are few, the same ones change again and again. */
  const mostFiles = random.pick([2, 5, 1000]);
  const files = new Map<string, string | null>();
  const writes = new Map<string, number>();
  const asked = new Map<string, boolean>();

  /** One more step between two effects: here a process may die. */
  const step = () => {
    deathIn -= 1;
    if (deathIn === 0) life.end();
  };
  Reflect.set(globalThis, HOOK, () => {
    if (life.isOver()) return;
    step();
    if (life.isOver()) throw new Error('died');
  });
  const store = openSimulatedStore(random, time, {
    commit(_name, _when, of) {
      if (of === life && !life.isOver()) step();
    },
    committed(names) {
      if (names.includes('claim')) wrongNow(store.connection).forEach(say);
    },
    wrong: say,
  });
  const end = (): End => ({
    connection: store.connection,
    disk,
    files,
    writes,
    asked,
    rules,
    hash,
    answered: servers.flatMap(({ answered }) => answered),
  });

  async function begin(): Promise<void> {
    const mine = createLife();
    life = mine;
    house = null;
    beginHouse({
      life,
      store: store.reachedBy(life),
      disk,
      servers,
      time,
      random,
      hash,
      rules: () => rules,
      wrong: (what) => {
        if (!mine.isOver()) say(what);
      },
    }).then(
      (begun) => {
        house = begun;
      },
      (error: unknown) => {
        if (!mine.isOver()) say(`the daemon did not start: ${messageOf(error)}`);
      },
    );
    // With a full disk it waits at its first change for room.
    await time.pass(() => house !== null || mine.isOver(), 60_000);
  }

  function die(of: Life): void {
    of.end();
    deaths += 1;
    time.clear();
    if (random.chance(0.3)) disk.cutPower();
  }

  function put(name: string, content: string): void {
    disk.put(`${ROOT}/${name}`, content);
    files.set(name, content);
    writes.set(name, (writes.get(name) ?? 0) + 1);
  }

  function changeFiles(): void {
    const isNew = files.size < mostFiles && random.chance(0.5);
    const name = isNew ? `f${files.size}.md` : `f${random.below(Math.min(files.size + 1, mostFiles))}.md`;
    const now = files.get(name) ?? null;
    const fresh = () => `word-${++words}.`;
    if (now !== null && random.chance(0.2)) {
      disk.remove(`${ROOT}/${name}`);
      files.set(name, null);
    } else if (now !== null && random.chance(0.4)) {
      put(name, fresh());
      if (random.chance(0.5)) put(name, now);
    } else put(name, fresh());
    // A watcher that misses a hint is nothing new.
    if (random.chance(0.9)) house?.hint();
  }

  async function misfortune(): Promise<void> {
    const server = random.pick(servers);
    switch (random.below(14)) {
      case 0:
        server.state = random.pick(['down', 'loading'] as const);
        break;
      case 1:
      case 2:
        server.state = 'up';
        break;
      case 3:
        server.faulty = random.pick([0, 0.1, 0.5, 0.9]);
        break;
      case 4:
        disk.full = !disk.full && random.chance(0.5);
        break;
      case 5:
        store.full = !store.full && random.chance(0.5);
        break;
      case 6:
        time.stand(random.pick([2000, 40_000, 120_000]));
        break;
      case 7:
        time.setWall((random.fraction() - 0.5) * 240_000);
        break;
      case 8:
        edition += 1;
        rules = simulatedRules(1 + (edition % 3));
        ignored(house?.reload());
        break;
      case 9:
        ask(`k${random.below(6)}`);
        break;
      case 10:
        ignored(house?.cancel());
        break;
      default:
        changeFiles();
    }
  }

  function ask(key: string): void {
    if (!asked.has(key)) asked.set(key, false);
    // Only an answer that arrived is a promise.
    ignored(house?.ask(key).then(() => asked.set(key, true)));
  }

  /** Whoever asked is told; here nobody is. */
  function ignored(asking: Promise<unknown> | undefined): void {
    asking?.catch(() => undefined);
  }

  async function stopInOrder(from: House): Promise<void> {
    let stopped = false;
    ignored(
      from.stop().then(() => {
        stopped = true;
      }),
    );
    const inTime = await time.pass(() => stopped || life.isOver(), 120_000);
    if (!inTime && !disk.full && !store.full) say(`it did not stop in order: ${from.left()}`);
    life.end();
    time.clear();
  }

  async function liveOnce(): Promise<void> {
    deathIn = random.chance(0.7) ? 1 + random.below(random.pick([20, 200, 1000])) : Number.POSITIVE_INFINITY;
    await begin();
    for (let left = random.below(40); left > 0 && !life.isOver(); left -= 1) {
      await time.pass(() => life.isOver(), random.fraction() * random.pick([5, 100, 2000, 15_000]));
      if (random.chance(0.6)) changeFiles();
      else await misfortune();
    }
    deathIn = Number.POSITIVE_INFINITY;
    if (!life.isOver() && house && random.chance(0.3)) await stopInOrder(house);
    else die(life);
    // While nobody watches.
    for (let left = random.below(4); left > 0; left -= 1) changeFiles();
  }

  async function rest(): Promise<boolean> {
    const until = time.elapsed() + REST_MS;
    while (time.elapsed() < until) {
      if (openWork(end()).length === 0) return true;
      await time.pass(() => false, 1000);
    }
    return false;
  }

  return {
    async live(): Promise<Simulated> {
      for (let lives = 1 + random.below(MOST_LIVES); lives > 0; lives -= 1) await liveOnce();
      disk.full = false;
      store.full = false;
      for (const server of servers) Object.assign(server, { state: 'up', faulty: 0 });
      deathIn = Number.POSITIVE_INFINITY;
      await begin();
      const healed = time.elapsed();
      await rest();
      const recovery = (time.elapsed() - healed) / 1000;
      // What was given up, or cancelled by a person, is asked for again: nothing of it may have been lost.
      let asking = true;
      ignored(
        house?.retryAll().then(() => {
          asking = false;
        }),
      );
      await time.pass(() => !asking, 60_000);
      await rest();
      if (house) await stopInOrder(house);
      const findings = judge(end());
      const broken = servers.flatMap(({ violations }) => violations);
      return { lost: [...findings.lost, ...wrong, ...broken], doubled: findings.doubled, deaths, recovery };
    },
    close: () => store.close(),
  };
}
