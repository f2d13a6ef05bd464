import { useEffect, useMemo, useState } from 'preact/hooks';
import { useApp } from '../app-context.ts';
import { codedOf } from '../use-load.ts';
import { type Comparing, createComparing, NOBODY, type Standing } from './comparing.ts';

/** Lets models think about the same as a thought: each is shown when it is there. */
export function useComparison(thought: string): Standing & Omit<Comparing, 'leave'> {
  const { client } = useApp();
  const [standing, setStanding] = useState<Standing>(NOBODY);
  const comparing = useMemo(
    () =>
      createComparing({
        async ask(model, isAllowed) {
          try {
            const { subjects } = await client.compare({
              about: { thought },
              models: [model],
              ...(isAllowed ? { cloud: true } : {}),
            });
            const result = subjects[0]?.results[0];
            return result === undefined ? { model, kind: 'skipped' } : { model, kind: 'came', result };
          } catch (error) {
            return { model, kind: 'refused', error: codedOf(error) };
          }
        },
        changed: setStanding,
      }),
    [client, thought],
  );
  useEffect(() => comparing.leave, [comparing]);
  return { ...standing, ...comparing };
}
