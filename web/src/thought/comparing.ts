import type { CodedError } from '../../../src/base/errors.ts';
import type { ComparedResult } from '../../../src/contract/compare.ts';

/** What one of the models that are compared is at. */
export type Contestant =
  /** `isAllowed`: it may be asked though it is elsewhere. */
  | { model: string; kind: 'waits'; isAllowed: boolean }
  | { model: string; kind: 'thinks' | 'skipped' }
  | { model: string; kind: 'came'; result: ComparedResult }
  | { model: string; kind: 'refused'; error: CodedError };

/** How a comparison stands. */
export interface Standing {
  contestants: readonly Contestant[];
  /** Somebody is still to be heard; what thinks on after a stop is not waited for. */
  isRunning: boolean;
}

export const NOBODY: Standing = { contestants: [], isRunning: false };

/** Models that think about the same, one after the other: however often it is begun anew, one is asked at a time. */
export interface Comparing {
  start(models: readonly string[]): void;
  /** The one that thinks goes on; the others are not asked. */
  stop(): void;
  /** Asks a model that is elsewhere after all, behind those that wait already. */
  allow(model: string): void;
  /** Nobody looks any more. */
  leave(): void;
}

export interface ComparingOptions {
  /** What a model makes of it; resolves in any case. */
  ask(model: string, isAllowed: boolean): Promise<Contestant>;
  changed(standing: Standing): void;
}

export function createComparing({ ask, changed }: ComparingOptions): Comparing {
  let contestants: readonly Contestant[] = [];
  let isStopped = false;
  let isAsking = false;
  /** Which comparison it is: what comes for an earlier one is dropped. */
  let round = 0;

  function become(next: readonly Contestant[]): void {
    contestants = next;
    const isHeard = next.some(({ kind }) => kind === 'waits' || (kind === 'thinks' && !isStopped));
    changed({ contestants, isRunning: isHeard });
  }

  function put(contestant: Contestant): void {
    become(contestants.map((each) => (each.model === contestant.model ? contestant : each)));
  }

  async function askEach(): Promise<void> {
    if (isAsking) return;
    isAsking = true;
    for (let next = nextOf(contestants); next !== undefined; next = nextOf(contestants)) {
      const { model, isAllowed } = next;
      const of = round;
      put({ model, kind: 'thinks' });
      const came = await ask(model, isAllowed);
      if (of === round) put(came);
    }
    isAsking = false;
  }

  function begin(models: readonly string[]): void {
    round += 1;
    isStopped = false;
    become(models.map((model) => ({ model, kind: 'waits', isAllowed: false })));
  }

  return {
    start(models) {
      begin(models);
      void askEach();
    },
    stop() {
      isStopped = true;
      become(contestants.map((each) => (each.kind === 'waits' ? skipped(each) : each)));
    },
    allow(model) {
      isStopped = false;
      put({ model, kind: 'waits', isAllowed: true });
      void askEach();
    },
    leave: () => begin([]),
  };
}

/** Who is asked next: who was allowed later comes after who has waited from the beginning. */
function nextOf(contestants: readonly Contestant[]) {
  const waiting = contestants.filter((each) => each.kind === 'waits');
  return waiting.find(({ isAllowed }) => !isAllowed) ?? waiting[0];
}

function skipped({ model }: Contestant): Contestant {
  return { model, kind: 'skipped' };
}
