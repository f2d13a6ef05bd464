import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Clock } from '../../src/base/clock.ts';
import type { Random } from '../../src/base/random.ts';
import type { Provider, ProviderFailure } from '../../src/contract/provider.ts';
import type { ProviderHealth } from '../../src/contract/provider-health.ts';
import { createHealthMonitor } from '../../src/mind/health.ts';
import {
  afterAnswer,
  afterFailure,
  afterProbe,
  afterTrial,
  needsTrial,
  unasked,
} from '../../src/mind/health-state.ts';
import { createPlaces } from '../../src/mind/places.ts';
import { route } from '../../src/mind/route.ts';

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
      const { health } = afterFailure(online, failed(kind), 'm', later(5_000), MIDDLE);
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
      assert.equal(afterFailure(online, failed(kind), 'm', later(10), MIDDLE).health.state, 'online');
    }
  });

  it('an answered call is as good as a probe', () => {
    const down = afterProbe(online, OFF, later(100), MIDDLE);
    const { health, probeAt } = afterAnswer(down, later(200));
    assert.deepEqual([health.state, health.reason, probeAt], ['online', '', 60_200]);
  });

  it('overloaded lasts as long as the server asked for, whatever a probe or a late answer says', () => {
    const busy = afterFailure(online, failed('overloaded', 30_000), 'm', START, MIDDLE);
    assert.deepEqual([busy.health.retryAt, busy.probeAt], [1_030_000, 30_000]);
    assert.equal(afterAnswer(busy, later(1_000)).health.state, 'overloaded');
    assert.equal(afterProbe(busy, ONLINE, later(1_000), MIDDLE).health.state, 'overloaded');
    assert.equal(needsTrial(busy, later(1_000)), false);
    const over = afterProbe(busy, ONLINE, later(30_001), MIDDLE);
    assert.equal(needsTrial(over, later(30_001)), true);
    assert.equal(afterTrial(over, 'ok', 'm', later(30_001), MIDDLE).health.state, 'online');
  });

  it('overloaded lasts no longer where the clock is set back meanwhile', () => {
    const setBack = (ms: number) => ({ wall: START.wall - 86_400_000, monotonic: ms });
    const busy = afterFailure(online, failed('overloaded', 30_000), 'm', START, MIDDLE);
    const probed = afterProbe(busy, ONLINE, setBack(1_000), MIDDLE);
    assert.deepEqual([probed.health.state, probed.probeAt], ['overloaded', 30_000]);
    assert.equal(needsTrial(probed, setBack(30_001)), true);
    const again = afterTrial(probed, failed('overloaded', 10_000), 'm', setBack(30_001), MIDDLE);
    assert.equal(again.probeAt, 40_001);

    const seen: ProviderHealth = { ...OFF, state: 'overloaded', retryAt: START.wall + 30_000 };
    const listing = afterProbe(online, seen, START, MIDDLE);
    assert.equal(afterProbe(listing, ONLINE, setBack(29_999), MIDDLE).health.state, 'overloaded');
    assert.equal(afterProbe(listing, ONLINE, setBack(30_001), MIDDLE).health.state, 'online');
  });

  it('a model that it lacks while it offers others is missing, and the provider stays online', () => {
    const lacking = afterFailure(online, failed('no-model'), 'gone', later(5_000), MIDDLE);
    assert.deepEqual([lacking.health.state, lacking.health.missing], ['online', ['gone']]);
    assert.equal(lacking.probeAt, 6_000);
    const answered = afterAnswer(lacking, later(5_500));
    assert.deepEqual([answered.health.missing, answered.probeAt], [['gone'], 6_000]);
    const listed = afterProbe(answered, ONLINE, later(6_000), MIDDLE);
    assert.deepEqual([listed.health.missing, listed.probeAt], [['gone'], 7_000]);
    assert.equal(afterProbe(listed, OFF, later(7_000), MIDDLE).health.missing, undefined);
    assert.equal(
      afterFailure(online, failed('no-model'), 'local-model', START, MIDDLE).health.state,
      'loading',
    );
  });

  it('a hold that asks for a model that is gone ends where the server offers another', () => {
    const held = afterFailure(online, failed('no-model'), 'm', START, MIDDLE);
    const swapped = afterProbe(held, { ...ONLINE, models: ['n'], loaded: 'n' }, later(1_000), MIDDLE);
    const { health } = afterTrial(swapped, failed('no-model'), 'm', later(1_000), MIDDLE);
    assert.deepEqual([health.state, health.missing, health.loaded], ['online', ['m'], 'n']);
  });

  it('local-model that is configured as one the server lacks holds the others until a trial call has told', () => {
    const held = afterFailure(online, failed('no-model'), 'local-model', START, MIDDLE);
    const listed = afterProbe(held, ONLINE, later(1_000), MIDDLE);
    assert.deepEqual([listed.health.state, listed.trial], ['loading', 'local-model']);
    const { health } = afterTrial(listed, failed('no-model'), 'local-model', later(1_000), MIDDLE);
    assert.deepEqual([health.state, health.missing], ['online', ['local-model']]);
    const empty = afterProbe(held, { ...ONLINE, models: [], loaded: null }, later(1_000), MIDDLE);
    const still = afterTrial(empty, failed('no-model'), 'local-model', later(1_000), MIDDLE);
    assert.equal(still.health.state, 'loading');
  });

  it('a hold that a call began needs a trial call to end, a good listing is not enough', () => {
    const held = afterFailure(online, failed('loading'), 'm', START, MIDDLE);
    const listed = afterProbe(held, ONLINE, later(1_000), MIDDLE);
    assert.deepEqual([listed.health.state, needsTrial(listed, later(1_000))], ['loading', true]);
    assert.equal(afterTrial(listed, 'ok', 'm', later(1_000), MIDDLE).health.state, 'online');
  });

  it('who could not be reached at all is believed when it lists its models', () => {
    const away = afterFailure(online, failed('unavailable'), 'm', START, MIDDLE);
    assert.equal(afterProbe(away, ONLINE, later(1_000), MIDDLE).health.state, 'online');
    const refusing = afterFailure(online, { ...failed('unavailable'), doubtful: true }, 'm', START, MIDDLE);
    assert.equal(afterProbe(refusing, ONLINE, later(1_000), MIDDLE).health.state, 'offline');
  });

  for (const kind of ['server-error', 'cut', 'timed-out'] as const) {
    it(`a trial call that was ${kind} makes it broken, and the next one is due in about 1 s, however many failed`, () => {
      let watched = online;
      for (let n = 0; n < 5; n += 1) watched = afterTrial(watched, failed(kind), 'm', START, MIDDLE);
      assert.deepEqual([watched.health.state, watched.probeAt, watched.trial], ['broken', 1_000, 'm']);
      assert.match(watched.health.reason, new RegExp(`it was ${kind}`));
    });
  }

  it('a trial call that was answered badly was answered', () => {
    for (const kind of ['bad-answer', 'empty', 'context-overflow', 'refused'] as const)
      assert.equal(afterTrial(online, failed(kind), 'm', START, MIDDLE).health.state, 'online');
    const elsewhere: ProviderFailure = { ...failed('refused'), doubtful: true };
    assert.equal(afterTrial(online, elsewhere, 'm', START, MIDDLE).health.state, 'broken');
  });

  it('who goes on refusing calls as too many is asked less and less often, until a call is answered', () => {
    let watched = afterFailure(online, failed('overloaded'), 'm', START, MIDDLE);
    const waits = Array.from({ length: 7 }, (_, n) => {
      const at = later((watched.health.retryAt ?? 0) - START.wall + 1);
      assert.ok(needsTrial(watched, at), `${n}`);
      watched = afterTrial(watched, failed('overloaded'), 'm', at, MIDDLE);
      return watched.probeAt - at.monotonic;
    });
    assert.deepEqual(waits, [2_000, 4_000, 8_000, 16_000, 30_000, 30_000, 30_000]);
    assert.equal(afterTrial(watched, 'ok', 'm', later(1e9), MIDDLE).bounces, 0);
  });

  it('ten calls that fail together count once', () => {
    let watched = online;
    for (let n = 0; n < 10; n += 1)
      watched = afterFailure(watched, failed('unavailable'), 'm', START, MIDDLE);
    assert.equal(watched.probeAt, 1_000);
  });
});

const CALL = { thought: 't', model: 'm' };
const NEVER = new AbortController().signal;

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
  const state = {
    health: OFF,
    probes: 0,
    trials: 0,
    /** Models that it does not have. */
    lacks: [] as string[],
    /** What its calls come to; null = an answer. */
    failure: null as ProviderFailure | null,
    running: 0,
    most: 0,
    gate: Promise.resolve(),
  };
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
    async *think(call) {
      assert.equal(call.maxOutputTokens, 1);
      state.trials += 1;
      if (state.lacks.includes(call.model)) return yield { kind: 'failed', failure: failed('no-model') };
      if (state.failure !== null) return yield { kind: 'failed', failure: state.failure };
      yield { kind: 'finished', model: 'm', finish: 'length', usage: { inputTokens: 1, outputTokens: 1 } };
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
  const places = createPlaces();
  const monitor = createHealthMonitor({
    providers: made.map(({ provider }) => provider),
    places,
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
  const states = made.map(({ state }) => state);
  return {
    monitor,
    providers: made.map(({ provider }) => provider),
    places,
    states,
    advance,
    asleep,
    changes,
    close,
  };
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
    void monitor.blame('a', failed('unavailable'), CALL, NEVER);
    assert.equal(monitor.health('a').state, 'offline');
    assert.equal(states[0]?.probes, 1);
    await advance(1_100);
    assert.deepEqual([states[0]?.probes, monitor.health('a').state], [2, 'online']);
    assert.deepEqual(changes, ['a online', 'a offline it was unavailable', 'a online']);
    await close();
  });

  it('holds only who wants a model that the server lacks, and for less than 2 s after it has it', async () => {
    const { monitor, states, advance, changes, close } = monitoredWith(
      { health: ONLINE, lacks: ['gone'] },
      'a',
    );
    const [state] = states;
    assert.ok(state);
    await advance(10);
    const known = new Map([['a', { local: true }]]);
    const mind = { offline: 'hold', cloud: 'never' } as const;
    const routed = (model: string) => route({ ...mind, models: [`a/${model}`] }, monitor.health, known).kind;
    const call = { thought: 't', model: 'gone' };
    const blame = await monitor.blame('a', failed('no-model'), call, NEVER);
    assert.deepEqual(blame, { fault: 'server', strikes: 1 });
    for (let seconds = 0; seconds < 90; seconds += 10) {
      await advance(10_000);
      monitor.answered('a', 'another');
      assert.deepEqual([routed('gone'), routed('m')], ['held', 'go']);
    }
    state.lacks = [];
    await advance(2_000);
    assert.equal(routed('gone'), 'go');
    assert.equal(changes.length, 3, 'online, missing, back');
    const { trials } = state;
    await advance(10_000);
    assert.equal(state.trials, trials);
    await close();
  });

  it('blames the server where its model is gone after a call was cut', async () => {
    const { monitor, advance, close } = monitoredWith({ health: ONLINE, lacks: ['gone'] }, 'a');
    await advance(10);
    const blame = await monitor.blame('a', failed('cut'), { thought: 't', model: 'gone' }, NEVER);
    assert.deepEqual(blame, { fault: 'server', strikes: 1 });
    await close();
  });

  it('never has two probes of a provider in flight, however many calls fail', async () => {
    const { promise, resolve } = Promise.withResolvers<void>();
    const { monitor, states, advance, close } = monitoredWith({ gate: promise }, 'a');
    for (let n = 0; n < 20; n += 1) {
      void monitor.blame('a', failed(n % 2 === 0 ? 'server-error' : 'unavailable'), CALL, NEVER);
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
    void monitor.blame('a', failed('no-model'), CALL, NEVER);
    resolve();
    await advance(10);
    assert.equal(monitor.health('a').state, 'loading');
    await advance(1_500);
    assert.equal(monitor.health('a').state, 'online');
    await close();
  });

  it('after a doubtful failure asks the server for one token: answered, the thought is at fault', async () => {
    const { monitor, states, advance, close } = monitoredWith({ health: ONLINE }, 'a');
    await advance(10);
    const blame = await monitor.blame('a', failed('server-error'), CALL, NEVER);
    assert.deepEqual(blame, { fault: 'thought' });
    assert.deepEqual([states[0]?.trials, monitor.health('a').state], [1, 'online']);
    await close();
  });

  it('opens where the trial call fails too, with one trial call for all that failed together', async () => {
    const { monitor, states, advance, close } = monitoredWith(
      { health: ONLINE, failure: failed('server-error') },
      'a',
    );
    await advance(10);
    const blames = await Promise.all(
      Array.from({ length: 8 }, (_, n) =>
        monitor.blame('a', failed('cut'), { thought: `t${n}`, model: 'm' }, NEVER),
      ),
    );
    for (const blame of blames) assert.deepEqual(blame, { fault: 'server', strikes: 1 });
    assert.deepEqual([states[0]?.trials, monitor.health('a').state], [1, 'broken']);
    // One trial call a second while it lasts, and open within 2 s of its return.
    await advance(10_000);
    assert.ok((states[0]?.trials ?? 0) <= 15, `${states[0]?.trials} trial calls`);
    if (states[0]) states[0].failure = null;
    await advance(2_000);
    assert.equal(monitor.health('a').state, 'online');
    await close();
  });

  it('makes its trial call in the next place that is free, before all who wait for one and after nobody', async () => {
    const { monitor, providers, places, states, advance, close } = monitoredWith({ health: ONLINE }, 'a');
    await advance(0);
    const [provider] = providers;
    const [state] = states;
    assert.ok(provider && state);
    const order: string[] = [];
    const leave = await places.enter(provider, NEVER);
    const waiting = places.enter(provider, NEVER).then((leaveAgain) => {
      order.push(`a thought, after ${state.trials} trial calls`);
      return leaveAgain;
    });
    const blame = monitor.blame('a', failed('cut'), CALL, NEVER);
    const settled = monitor.settled('a', NEVER).then(() => order.push('settled'));
    await advance(10);
    assert.deepEqual([state.trials, order], [0, []], 'its only place is taken');
    leave();
    assert.deepEqual(await blame, { fault: 'thought' });
    await Promise.all([waiting, settled]);
    assert.ok(order.includes('a thought, after 1 trial calls'), order.join());
    await close();
  });

  it('tries a model that was missing in a place of its own too', async () => {
    const { monitor, providers, places, states, advance, close } = monitoredWith(
      { health: ONLINE, lacks: ['gone'] },
      'a',
    );
    await advance(0);
    const [provider] = providers;
    const [state] = states;
    assert.ok(provider && state);
    await monitor.blame('a', failed('no-model'), { thought: 't', model: 'gone' }, NEVER);
    const leave = await places.enter(provider, NEVER);
    await advance(5000);
    assert.equal(state.trials, 0);
    leave();
    await advance(2000);
    assert.ok(state.trials > 0);
    await close();
  });

  it('counts how often in a row the server went away under a call, and forgets where it went away without it', async () => {
    const { monitor, states, advance, close } = monitoredWith({ health: ONLINE }, 'a');
    const [state] = states;
    assert.ok(state);
    await advance(10);
    const goAway = async (...thoughts: string[]) => {
      state.health = OFF;
      const blames = thoughts.map((thought) =>
        monitor.blame('a', failed('cut'), { thought, model: 'm' }, NEVER),
      );
      await advance(1_500);
      state.health = ONLINE;
      await advance(1_500);
      return Promise.all(blames.map(async (blame) => ('strikes' in (await blame) ? await blame : null)));
    };
    const strikes = async (...thoughts: string[]) =>
      (await goAway(...thoughts)).map((blame) => (blame?.fault === 'server' ? blame.strikes : 0));
    assert.deepEqual(await strikes('bad', 'neighbour'), [1, 1]);
    assert.deepEqual(await strikes('bad'), [2]);
    assert.deepEqual(await strikes('bad', 'neighbour'), [3, 1]);
    state.health = OFF;
    await advance(2_500);
    state.health = ONLINE;
    await advance(2_500);
    assert.deepEqual(await strikes('bad'), [1], 'it went away without it');
    monitor.answered('a', 'bad');
    assert.deepEqual(await strikes('bad'), [1]);
    await close();
  });

  it('lets suspects call one at a time', async () => {
    const { monitor, states, advance, close } = monitoredWith({ health: ONLINE }, 'a');
    await advance(10);
    if (states[0]) states[0].health = OFF;
    for (const thought of ['one', 'two'])
      void monitor.blame('a', failed('cut'), { thought, model: 'm' }, NEVER);
    await advance(100);
    if (states[0]) states[0].health = ONLINE;
    await advance(2_000);
    const first = Promise.withResolvers<void>();
    const order: string[] = [];
    const turn = (thought: string, until: Promise<void>) =>
      monitor.inTurn('a', thought, async () => {
        order.push(thought);
        await until;
      });
    const turns = [
      turn('one', first.promise),
      turn('two', Promise.resolve()),
      turn('innocent', Promise.resolve()),
    ];
    await advance(0);
    assert.deepEqual(order.sort(), ['innocent', 'one']);
    first.resolve();
    await Promise.all(turns);
    assert.equal(order.at(-1), 'two');
    await close();
  });

  it('says of a name that it does not know that nobody has it', () => {
    const { monitor, close } = monitored();
    monitor.answered('nobody', 't');
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
