import type { Provider, ProviderFailure, ThinkCall, ThinkEvent } from '../../src/contract/provider.ts';
import type { ProviderHealth } from '../../src/contract/provider-health.ts';
import type { SeededRandom } from '../support/seeded-random.ts';
import type { Life } from './life.ts';
import type { VirtualTime } from './virtual-time.ts';

/** A model server that misbehaves in every way a provider can tell of. */
export interface SimulatedServer {
  name: string;
  state: 'up' | 'down' | 'loading';
  /** How likely a call goes wrong. */
  faulty: number;
  /** As one process reaches it. */
  reachedBy(life: Life): Provider;
  /** Prompts that were answered whole. */
  answered: string[];
  /** Whatever a provider must never see: more calls than slots. */
  violations: string[];
}

/** How long a call that hangs is waited for. */
const TIMEOUT_MS = 30_000;

const FAULTS = [
  'refuse',
  'hang',
  'cut',
  'slow',
  'error',
  'overloaded',
  'schema',
  'empty',
  'context',
] as const;

export function createSimulatedServer(
  name: string,
  slots: number,
  { random, time, answer }: { random: SeededRandom; time: VirtualTime; answer(prompt: string): unknown },
): SimulatedServer {
  const server: SimulatedServer = { name, state: 'up', faulty: 0, reachedBy, answered: [], violations: [] };

  function health(): ProviderHealth {
    const { state } = server;
    const reason = state === 'up' ? '' : `${name} is ${state}`;
    return {
      state: state === 'up' ? 'online' : state === 'down' ? 'offline' : 'loading',
      reason,
      models: ['m'],
      loaded: state === 'up' ? 'm' : null,
      checkedAt: time.clock.now(),
    };
  }

  function reachedBy(life: Life): Provider {
    let calls = 0;
    /** A wait that a dead process never comes back from. */
    const wait = async (ms: number, signal: AbortSignal) => {
      if (life.isOver()) await life.never();
      await time.clock.sleep(ms, signal);
      if (life.isOver()) await life.never();
    };

    async function* answering(call: ThinkCall, signal: AbortSignal): AsyncGenerator<ThinkEvent> {
      const failed = (kind: ProviderFailure['kind'], more: Partial<ProviderFailure> = {}): ThinkEvent => ({
        kind: 'failed',
        failure: { kind, message: `simulated: ${kind}`, ...more },
      });
      await wait(random.fraction() * 5, signal);
      if (server.state === 'down') return yield failed('unavailable');
      if (server.state === 'loading') return yield failed('loading');
      const fault = random.chance(server.faulty) ? random.pick(FAULTS) : null;
      const text = JSON.stringify(answer(call.prompt));
      const said = call.schema === null ? String(answer(call.prompt)) : text;
      switch (fault) {
        case 'refuse':
          return yield failed('unavailable');
        case 'overloaded':
          return yield failed('overloaded', random.chance(0.5) ? { retryAfterMs: random.below(5000) } : {});
        case 'hang':
          await wait(TIMEOUT_MS, signal);
          return yield failed('timed-out');
        case 'error':
          return yield failed('server-error');
        case 'context':
          return yield failed('context-overflow');
        case 'cut':
          yield { kind: 'text', text: said.slice(0, 5) };
          await wait(random.fraction() * 20, signal);
          return yield failed('cut');
        default:
          break;
      }
      await wait(fault === 'slow' ? 5000 + random.fraction() * 20_000 : random.fraction() * 60, signal);
      if (fault === 'schema') yield { kind: 'text', text: call.schema === null ? said : '{"wrong": true}' };
      else if (fault !== 'empty') {
        const middle = random.below(said.length);
        yield { kind: 'text', text: said.slice(0, middle) };
        await wait(random.fraction() * 20, signal);
        yield { kind: 'text', text: said.slice(middle) };
      }
      server.answered.push(call.prompt);
      yield { kind: 'finished', model: 'm', finish: 'stop', usage: { inputTokens: 1, outputTokens: 1 } };
    }

    return {
      name,
      slots,
      local: true,
      async probe(signal) {
        await wait(random.fraction() * 10, signal);
        return health();
      },
      async *think(call, signal) {
        calls += 1;
        if (calls > slots)
          server.violations.push(`${name}: ${calls} calls at once, and it has ${slots} slots`);
        try {
          yield* answering(call, signal);
        } finally {
          calls -= 1;
        }
      },
    };
  }

  return server;
}
