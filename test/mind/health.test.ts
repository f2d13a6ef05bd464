import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Clock } from '../../src/base/clock.ts';
import type { Random } from '../../src/base/random.ts';
import type { Provider, ProviderFailure, ProviderHealth } from '../../src/contract/provider.ts';
import { createHealthMonitor } from '../../src/mind/health.ts';
import { afterAnswer, afterFailure, afterProbe, unasked } from '../../src/mind/health-state.ts';

const MIDDLE: Random = { fraction: () => 0.5, hex: (bytes) => '0'.repeat(2 * bytes) };
const START = { wall: 1_000_000, monotonic: 0 };
const ONLINE: ProviderHealth = {
  state: 'online',
  reason: '',
  models: ['m'],
  loaded: 'm',
  checkedAt: 1_000_000,
};
const OFF: ProviderHealth = { ...ONLINE, state: 'offline', reason: 'nobody there', models: [], loaded: null };

function later(ms: number) {
  return { wall: START.wall + ms, monotonic: START.monotonic + ms };
}

function failed(kind: ProviderFailure['kind'], retryAfterMs?: number): ProviderFailure {
  return { kind, message: `it was ${kind}`, ...(retryAfterMs === undefined ? {} : { retryAfterMs }) };
}

describe('the state of a provider', () => {
  const online = afterProbe(unasked(START), ONLINE, START, MIDDLE);

  it('is unknown, which is a hold, and due for a probe at once', () => {
    const { health, probeAt } = unasked(START);
    assert.deepEqual([health.state, health.reason, probeAt], ['unknown', 'not asked yet', 0]);
  });

  it('online is probed again after 60 s of silence, held after about 1 s', () => {
    assert.equal(online.probeAt, 60_000);
    assert.equal(afterProbe(unasked(START), OFF, START, MIDDLE).probeAt, 1_000);
    const [soonest, latest] = [0, 0.999].map((at) =>
      afterProbe(unasked(START), OFF, START, { ...MIDDLE, fraction: () => at }),
    );
    assert.ok((soonest?.probeAt ?? 0) >= 750 && (latest?.probeAt ?? 0) <= 1_250);
  });

  const held: [ProviderFailure['kind'], ProviderHealth['state']][] = [
    ['unavailable', 'offline'],
    ['loading', 'loading'],
    ['no-model', 'loading'],
    ['overloaded', 'overloaded'],
  ];
  for (const [kind, state] of held) {
    it(`a call that was ${kind} makes it ${state} at once, with its reason`, () => {
      const { health } = afterFailure(online, failed(kind), later(5_000), MIDDLE);
      assert.deepEqual([health.state, health.reason], [state, `it was ${kind}`]);
    });
  }

  it('a call that failed otherwise leaves it online', () => {
    for (const kind of [
      'timed-out',
      'cut',
      'server-error',
      'bad-answer',
      'empty',
      'context-overflow',
      'refused',
    ] as const) {
      assert.equal(afterFailure(online, failed(kind), later(10), MIDDLE).health.state, 'online');
    }
  });

  it('a doubtful failure brings the next probe forward, a bad answer does not', () => {
    assert.equal(afterFailure(online, failed('server-error'), later(10), MIDDLE).probeAt, 1_010);
    assert.equal(afterFailure(online, failed('bad-answer'), later(10), MIDDLE).probeAt, 60_000);
  });

  it('an answered call is as good as a probe', () => {
    const down = afterProbe(online, OFF, later(100), MIDDLE);
    const { health, probeAt } = afterAnswer(down, later(200));
    assert.deepEqual([health.state, health.reason, probeAt], ['online', '', 60_200]);
  });

  it('overloaded lasts as long as the server asked for, whatever a probe or a late answer says', () => {
    const busy = afterFailure(online, failed('overloaded', 30_000), START, MIDDLE);
    assert.deepEqual([busy.health.retryAt, busy.probeAt], [1_030_000, 30_000]);
    assert.equal(afterAnswer(busy, later(1_000)).health.state, 'overloaded');
    assert.equal(afterProbe(busy, ONLINE, later(1_000), MIDDLE).health.state, 'overloaded');
    assert.equal(afterProbe(busy, ONLINE, later(30_001), MIDDLE).health.state, 'online');
  });

  it('a server that probes well and holds calls is probed less and less often, until a call is answered', () => {
    let watched = online;
    const waits = Array.from({ length: 8 }, () => {
      watched = afterFailure(watched, failed('loading'), START, MIDDLE);
      const wait = watched.probeAt;
      watched = afterProbe(watched, ONLINE, START, MIDDLE);
      return wait;
    });
    assert.deepEqual(waits, [1_000, 2_000, 4_000, 8_000, 16_000, 30_000, 30_000, 30_000]);
    const answered = afterAnswer(watched, START);
    assert.equal(afterFailure(answered, failed('loading'), START, MIDDLE).probeAt, 1_000);
  });

  it('ten calls that fail together count once', () => {
    let watched = online;
    for (let n = 0; n < 10; n += 1) watched = afterFailure(watched, failed('unavailable'), START, MIDDLE);
    assert.equal(watched.probeAt, 1_000);
  });
});

/** Virtual time: sleepers wake when a test advances it. */
function virtualClock() {
  let time = 0;
  let sleepers: { at: number; wake: () => void }[] = [];
  const clock: Clock = {
    now: () => START.wall + time,
    monotonic: () => time,
    sleep: (ms, signal) =>
      new Promise((resolve, reject) => {
        if (signal?.aborted) return reject(signal.reason);
        const sleeper = { at: time + ms, wake: resolve };
        sleepers.push(sleeper);
        signal?.addEventListener('abort', () => {
          sleepers = sleepers.filter((one) => one !== sleeper);
          reject(signal.reason);
        });
      }),
  };
  const advance = async (ms: number) => {
    const end = time + ms;
    for (;;) {
      await new Promise(setImmediate);
      const next = sleepers.filter(({ at }) => at <= end).sort((a, b) => a.at - b.at)[0];
      if (next === undefined) break;
      time = Math.max(time, next.at);
      sleepers = sleepers.filter((one) => one !== next);
      next.wake();
    }
    time = end;
  };
  return { clock, advance, asleep: () => sleepers.length };
}

/** A provider whose probes answer what the test says, when it says so. */
function probed(name: string) {
  const state = { health: OFF, probes: 0, running: 0, most: 0, gate: Promise.resolve() };
  const provider: Provider = {
    name,
    slots: 1,
    local: true,
    async probe(signal) {
      signal.throwIfAborted();
      state.probes += 1;
      state.running += 1;
      state.most = Math.max(state.most, state.running);
      await state.gate;
      state.running -= 1;
      return state.health;
    },
    // biome-ignore lint/correctness/useYield: health never thinks
    async *think() {
      throw new Error('not asked here');
    },
  };
  return { provider, state };
}

function monitored(...names: string[]) {
  return monitoredWith({}, ...names);
}

/** Watching begins at once, with whatever `first` puts into the state of every provider. */
function monitoredWith(first: Partial<ReturnType<typeof probed>['state']>, ...names: string[]) {
  const { clock, advance, asleep } = virtualClock();
  const made = names.map(probed);
  for (const { state } of made) Object.assign(state, first);
  const changes: string[] = [];
  const monitor = createHealthMonitor({
    providers: made.map(({ provider }) => provider),
    clock,
    random: MIDDLE,
    onChange: (name, { state, reason }) => void changes.push(`${name} ${state} ${reason}`.trim()),
  });
  const stop = new AbortController();
  const ended = monitor.watch(stop.signal);
  const close = async () => {
    stop.abort();
    await ended;
  };
  return { monitor, states: made.map(({ state }) => state), advance, asleep, changes, close };
}

describe('the health monitor', () => {
  it('asks a held one that no thought waits for every five seconds, and at once when one does', async () => {
    const { monitor, states, advance, close } = monitored('a');
    const [state] = states;
    assert.ok(state);
    state.health = OFF;
    monitor.want(new Set());
    await advance(10);
    const before = state.probes;
    await advance(4_000);
    assert.equal(state.probes, before);
    monitor.want(new Set(['a']));
    await advance(10);
    assert.equal(state.probes, before + 1);
    await advance(2_100);
    assert.equal(state.probes, before + 3);
    await close();
  });

  it('probes every provider at the start and reports changes only', async () => {
    const { changes, states, advance, close } = monitored('a', 'b');
    for (const state of states) state.health = ONLINE;
    await advance(10);
    assert.deepEqual(changes, ['a online', 'b online']);
    await advance(59_000);
    assert.deepEqual(
      states.map(({ probes }) => probes),
      [1, 1],
    );
    await advance(2_000);
    assert.deepEqual(
      states.map(({ probes }) => probes),
      [2, 2],
    );
    assert.equal(changes.length, 2);
    await close();
  });

  it('notices within 2 s that a server is back', async () => {
    const { monitor, states, advance, close } = monitored('a');
    await advance(60_000);
    assert.equal(monitor.health('a').state, 'offline');
    assert.ok((states[0]?.probes ?? 0) >= 55);
    if (states[0]) states[0].health = ONLINE;
    await advance(2_000);
    assert.equal(monitor.health('a').state, 'online');
    await close();
  });

  it('holds at once when a call says so, and asks again about a second later', async () => {
    const { monitor, states, advance, changes, close } = monitored('a');
    if (states[0]) states[0].health = ONLINE;
    await advance(30_000);
    monitor.report('a', failed('unavailable'));
    assert.equal(monitor.health('a').state, 'offline');
    assert.equal(states[0]?.probes, 1);
    await advance(1_100);
    assert.deepEqual([states[0]?.probes, monitor.health('a').state], [2, 'online']);
    assert.deepEqual(changes, ['a online', 'a offline it was unavailable', 'a online']);
    await close();
  });

  it('never has two probes of a provider in flight, however many calls fail', async () => {
    const { promise, resolve } = Promise.withResolvers<void>();
    const { monitor, states, advance, close } = monitoredWith({ gate: promise }, 'a');
    for (let n = 0; n < 20; n += 1) {
      monitor.report('a', failed(n % 2 === 0 ? 'server-error' : 'unavailable'));
      await advance(1_500);
    }
    assert.deepEqual([states[0]?.probes, states[0]?.most], [1, 1]);
    resolve();
    await close();
  });

  it('does not let a probe that began before a held call overrule it', async () => {
    const { promise, resolve } = Promise.withResolvers<void>();
    const { monitor, advance, close } = monitoredWith({ gate: promise, health: ONLINE }, 'a');
    await advance(10);
    monitor.report('a', failed('no-model'));
    resolve();
    await advance(10);
    assert.equal(monitor.health('a').state, 'loading');
    await advance(1_500);
    assert.equal(monitor.health('a').state, 'online');
    await close();
  });

  it('says of a name that it does not know that nobody has it', () => {
    const { monitor, close } = monitored();
    monitor.report('nobody', 'ok');
    assert.deepEqual(
      [monitor.health('nobody').state, monitor.health('nobody').reason],
      ['offline', 'no provider is named nobody'],
    );
    return close();
  });

  it('resolves when its signal aborts, in the middle of a nap or a probe, and leaves no timer', async () => {
    const { asleep, advance, close } = monitored('a', 'b');
    await advance(10);
    assert.equal(asleep(), 2);
    await close();
    assert.equal(asleep(), 0);
  });
});
