import type { Daemon } from '../../src/surfaces/daemon.ts';
import type { MemoryDaemon } from '../surfaces/memory-daemon.ts';
import { HOSTILE } from './control-bytes.ts';

/** Words of the contract itself: nobody but the program writes them, and commands decide by them. */
const OURS =
  /^(?:id|thought|digest|state|kind|mode|type|change|severity|format|sense|version|pid|cursor|next|level|name of|at|.*At|timestamp|since|from|to|newest|oldest|lastPass|sha256|tokens|dedup)$/;

/**
 * The daemon, but every text that it tells ends as a stranger would have it: names, paths, reasons, answers, prompts,
 * messages of providers, also those that a later version adds.
 */
export function hostile(daemon: MemoryDaemon): Daemon {
  return new Proxy(daemon, {
    get(target, name) {
      const member: unknown = Reflect.get(target, name, target);
      if (typeof member !== 'function') return member;
      return (...args: unknown[]) => {
        const came: unknown = Reflect.apply(member, target, args);
        if (name === 'live') return eachOf(came);
        return came instanceof Promise
          ? came.then((value) => (KEPT.has(String(name)) ? value : poisoned(value)))
          : came;
      };
    },
  });
}

/** What is no view: nothing of it is shown. */
const KEPT = new Set(['feedPlace', 'once', 'metrics', 'embed']);

async function* eachOf(events: unknown): AsyncGenerator<unknown> {
  if (typeof events !== 'object' || events === null || !(Symbol.asyncIterator in events)) return;
  for await (const event of events as AsyncIterable<unknown>) yield poisoned(event);
}

export function poisoned(value: unknown, key = ''): unknown {
  if (typeof value === 'string') return OURS.test(key) ? value : `${value}${HOSTILE}`;
  if (Array.isArray(value)) return value.map((each) => poisoned(each, key));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, each]) => [name, poisoned(each, name)]));
}
