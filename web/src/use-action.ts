import { useRef, useState } from 'preact/hooks';
import { say, sayProblem } from './parts/notices.tsx';
import { codedOf } from './use-load.ts';

/** Something that a person does: `isBusy` while it is under way, when it is not done a second time. */
export interface Action {
  isBusy: boolean;
  run(): Promise<void>;
}

/** Does it when asked to, and says what came of it: the sentence that it resolves with, or the problem. */
export function useAction(act: () => Promise<string | undefined>): Action {
  const [isBusy, setBusy] = useState(false);
  const isRunning = useRef(false);
  return {
    isBusy,
    async run() {
      if (isRunning.current) return;
      isRunning.current = true;
      setBusy(true);
      try {
        const done = await act();
        if (done !== undefined) say(done);
      } catch (error) {
        sayProblem(codedOf(error));
      } finally {
        isRunning.current = false;
        setBusy(false);
      }
    },
  };
}
