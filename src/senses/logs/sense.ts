import { type Bell, createBell } from '../../base/bell.ts';
import type { Clock } from '../../base/clock.ts';
import { messageOf, systemCode } from '../../base/errors.ts';
import type { Cursor, Percepts } from '../../contract/happening.ts';
import type { SenseHealth } from '../../contract/status-view.ts';
import type { Cursors, Perception, RuledSense } from '../sense.ts';
import { createFollower } from './follower.ts';
import { createHints } from './hints.ts';
import { cursorName, type LogFacts, type LogPercept, type LogRule, PREFIX } from './port.ts';

export interface LogsSenseOptions {
  clock: Clock;
  cursors: Cursors;
  /** Why nobody may follow a log (path text); null = anybody may. */
  whyNot?(path: string): Promise<string | null>;
  /** See {@link createFollower}. */
  lingerMs?: number;
  lookMs?: number;
}

/** Perceives what is written to logs. */
export interface LogsSense extends RuledSense {
  facts(): LogFacts[];
}

/** However often something is written, nobody looks sooner again (ms). */
const PAUSE = 50;
/** A log that cannot be read is tried again after so long (ms). */
const TRY_AGAIN = 5000;

/** A percept that waits for the journal. */
interface Delivery {
  percept: LogPercept;
  isHandedOver: boolean;
  settle(isAccepted: boolean): void;
}

/** One rule's log, as it is followed. */
interface Following {
  on: LogRule;
  bell: Bell;
  stop: AbortController;
  ended: Promise<void>;
  delivery: Delivery | null;
  facts(): LogFacts;
}

export function createLogsSense(options: LogsSenseOptions): LogsSense {
  const { clock } = options;
  const arrived = createBell();
  const followings = new Map<string, Following>();
  const durable = new Map(options.cursors);
  /** Cursors of logs that no rule follows any more. */
  const dropped = new Set([...durable.keys()].filter((name) => name.startsWith(PREFIX)));
  let rules: readonly LogRule[] = [];
  let perceiving: AbortSignal | null = null;
  let failure: unknown = null;

  function arrange(): void {
    const wanted = new Map(rules.map((on) => [cursorName(on), on]));
    for (const [name, following] of followings) {
      const on = wanted.get(name);
      if (on && JSON.stringify(on) === JSON.stringify(following.on)) continue;
      halt(following);
      if (!on) void following.ended.then(() => drop(name, following));
    }
    for (const [name, on] of wanted) {
      dropped.delete(name);
      const before = followings.get(name);
      if (before && !before.stop.signal.aborted) continue;
      followings.set(name, start(on, before?.ended));
    }
  }

  function drop(name: string, following: Following): void {
    if (followings.get(name) !== following) return;
    followings.delete(name);
    dropped.add(name);
    arrived.ring();
  }

  /** What was handed over still waits to be accepted: it may be durable already. */
  function halt({ stop, delivery, bell }: Following): void {
    stop.abort();
    if (delivery && !delivery.isHandedOver) delivery.settle(false);
    bell.ring();
  }

  function start(on: LogRule, after: Promise<void> | undefined): Following {
    const bell = createBell();
    const stop = new AbortController();
    const nothing: LogFacts = { rule: on.rule, path: on.path, state: 'absent', detail: '', behind: 0 };
    const following: Following = {
      on,
      bell,
      stop,
      delivery: null,
      facts: () => nothing,
      ended: Promise.resolve(after)
        .then(() => run(following))
        .catch((error: unknown) => {
          failure ??= error;
          arrived.ring();
        }),
    };
    return following;
  }

  async function run(following: Following): Promise<void> {
    const { on, bell, stop } = following;
    const hints = createHints(on.path, () => bell.ring());
    while (!stop.signal.aborted) {
      const why = (await options.whyNot?.(on.path)) ?? null;
      if (why !== null) {
        following.facts = () => ({ rule: on.rule, path: on.path, state: 'blocked', detail: why, behind: 0 });
        await bell.wait(TRY_AGAIN, stop.signal);
        continue;
      }
      const follower = createFollower({ ...options, on, cursor: durable.get(cursorName(on)) ?? null });
      following.facts = follower.facts;
      try {
        while (!stop.signal.aborted) {
          hints.watch();
          const { percept, again } = await follower.look();
          if (percept) {
            if (!(await deliver(percept, following))) break;
            follower.accepted();
          } else if (again === 0) await turn();
          else {
            await clock.sleep(PAUSE, stop.signal).catch(() => undefined);
            if (again > PAUSE) await bell.wait(again - PAUSE, stop.signal);
          }
        }
      } catch (error) {
        // What it had not told is read again from its cursor.
        if (systemCode(error) === undefined) throw error;
        const detail = `cannot be read: ${messageOf(error)}`;
        following.facts = () => ({ ...follower.facts(), state: 'blocked', detail });
        await bell.wait(TRY_AGAIN, stop.signal);
      } finally {
        await follower.close().catch(() => undefined);
      }
    }
    hints.close();
  }

  function keep({ name, value }: Cursor): void {
    if (value === null) durable.delete(name);
    else durable.set(name, value);
  }

  function deliver(percept: LogPercept, following: Following): Promise<boolean> {
    const { promise, resolve } = Promise.withResolvers<boolean>();
    if (following.stop.signal.aborted) return Promise.resolve(false);
    following.delivery = {
      percept,
      isHandedOver: false,
      settle(isAccepted) {
        following.delivery = null;
        resolve(isAccepted);
      },
    };
    arrived.ring();
    return promise;
  }

  async function* perceive(signal: AbortSignal): AsyncGenerator<Perception<Percepts>> {
    perceiving = signal;
    arrange();
    try {
      while (!signal.aborted) {
        if (failure !== null) throw failure;
        const deliveries = [...followings.values()].flatMap(({ delivery }) => delivery ?? []);
        const drops: Cursor[] = [...dropped].map((name) => ({ name, value: null }));
        if (deliveries.length === 0 && drops.length === 0) {
          await arrived.wait(LONG, signal);
          continue;
        }
        for (const each of deliveries) each.isHandedOver = true;
        let isAccepted = false;
        yield {
          batch: {
            happenings: deliveries.flatMap(({ percept }) => percept.happening ?? []),
            cursors: [...deliveries.map(({ percept }) => percept.cursor), ...drops],
          },
          accept() {
            isAccepted = true;
            for (const { percept } of deliveries) keep(percept.cursor);
            for (const each of drops) keep(each);
            for (const each of deliveries) each.settle(true);
            for (const { name } of drops) dropped.delete(name);
            arrived.ring();
          },
        };
        while (!isAccepted && !signal.aborted) await arrived.wait(LONG, signal);
      }
    } finally {
      perceiving = null;
      for (const following of followings.values()) {
        halt(following);
        following.delivery?.settle(false);
      }
      await Promise.all([...followings.values()].map(({ ended }) => ended));
      followings.clear();
    }
  }

  return {
    perceive,
    heed(next) {
      rules = next.flatMap(({ name, on }) => (on.log ? [{ rule: name, ...on.log }] : []));
      if (perceiving) arrange();
    },
    facts: () => [...followings.values()].map(({ facts }) => facts()),
    health: () => healthOf([...followings.values()].map(({ facts }) => facts())),
  };
}

/** The reader is woken by what arrives; this (ms) only bounds a timer. */
const LONG = 3_600_000;

const turn = () => new Promise<void>((resolve) => setImmediate(resolve));

function healthOf(logs: readonly LogFacts[]): SenseHealth {
  if (logs.length === 0) return { name: 'logs', state: 'ok', detail: 'no rule is on a log', roots: [] };
  const told = logs.filter(({ detail }) => detail !== '').map(({ path, detail }) => `${path}: ${detail}`);
  const count = `${logs.length} log${logs.length === 1 ? '' : 's'}`;
  const isBad = logs.some(
    ({ state, detail }) => state === 'blocked' || (state === 'following' && detail !== ''),
  );
  return { name: 'logs', state: isBad ? 'degraded' : 'ok', detail: [count, ...told].join('; '), roots: [] };
}
