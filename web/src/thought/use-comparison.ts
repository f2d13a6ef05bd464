import { useEffect, useRef, useState } from 'preact/hooks';
import type { CodedError } from '../../../src/base/errors.ts';
import type { ComparedResult } from '../../../src/contract/compare.ts';
import { useApp } from '../app-context.ts';
import { codedOf } from '../use-load.ts';

/** What one of the models that are compared is at. */
export type Contestant =
  | { model: string; kind: 'waits' | 'thinks' | 'skipped' }
  | { model: string; kind: 'came'; result: ComparedResult }
  | { model: string; kind: 'refused'; error: CodedError };

export interface Comparison {
  contestants: readonly Contestant[];
  isRunning: boolean;
  start(models: readonly string[]): void;
  /** The one that thinks goes on; the others are not asked. */
  stop(): void;
  /** Asks a model that is elsewhere after all. */
  allow(model: string): void;
}

/** Lets models think about the same as a thought, one after the other: each is shown when it is there. */
export function useComparison(thought: string): Comparison {
  const { client } = useApp();
  const [contestants, setContestants] = useState<readonly Contestant[]>([]);
  const [isRunning, setRunning] = useState(false);
  const turn = useRef(0);
  useEffect(
    () => () => {
      turn.current += 1;
    },
    [thought],
  );

  function put(contestant: Contestant): void {
    setContestants((before) => before.map((each) => (each.model === contestant.model ? contestant : each)));
  }

  async function ask(model: string, cloud: boolean): Promise<void> {
    put({ model, kind: 'thinks' });
    try {
      const { subjects } = await client.compare({
        about: { thought },
        models: [model],
        ...(cloud ? { cloud } : {}),
      });
      const result = subjects[0]?.results[0];
      put(result === undefined ? { model, kind: 'skipped' } : { model, kind: 'came', result });
    } catch (error) {
      put({ model, kind: 'refused', error: codedOf(error) });
    }
  }

  async function run(models: readonly string[], cloud: boolean): Promise<void> {
    turn.current += 1;
    const mine = turn.current;
    setRunning(true);
    for (const model of models) {
      if (mine !== turn.current) return;
      await ask(model, cloud);
    }
    if (mine === turn.current) setRunning(false);
  }

  return {
    contestants,
    isRunning,
    start(models) {
      setContestants(models.map((model) => ({ model, kind: 'waits' })));
      void run(models, false);
    },
    stop() {
      turn.current += 1;
      setRunning(false);
      setContestants((before) =>
        before.map((each) => (each.kind === 'waits' ? { ...each, kind: 'skipped' } : each)),
      );
    },
    allow: (model) => void run([model], true),
  };
}
