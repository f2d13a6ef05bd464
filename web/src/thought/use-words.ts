import { useEffect, useState } from 'preact/hooks';
import type { ThoughtView } from '../../../src/contract/thought-view.ts';
import { useApp } from '../app-context.ts';
import { codedOf } from '../use-load.ts';
import { NO_WORDS, type Words, withEvent } from './words.ts';

/** What a thought's running attempt says, word by word. `isUnderWay`: there is something to be heard. */
export function useWords(id: string, isUnderWay: boolean, ended: (thought: ThoughtView) => void): Words {
  const { client, live } = useApp();
  const [words, setWords] = useState<Words>(NO_WORDS);
  const isLive = live.connection.value.kind === 'live';

  useEffect(() => {
    if (!isUnderWay || !isLive) return;
    let isGone = false;
    let leave: () => void = () => undefined;
    let next = NO_WORDS;
    let frame = 0;
    const draw = () => {
      frame = 0;
      setWords(next);
    };
    async function hear(): Promise<void> {
      const told = (await client.stream(id))[Symbol.asyncIterator]();
      // Not by leaving a loop: that would wait for the next word.
      leave = () => void told.return?.();
      if (isGone) leave();
      for (;;) {
        const { done, value } = await told.next();
        if (done || isGone) return;
        if (value.type === 'end') ended(value.thought);
        next = withEvent(next, value);
        if (frame === 0) frame = requestAnimationFrame(draw);
      }
    }
    hear().catch((error: unknown) => {
      // It is heard again once the connection is back; a thought that is not there the page says already.
      if (codedOf(error).code === 'page-defect') throw error;
    });
    return () => {
      isGone = true;
      leave();
      cancelAnimationFrame(frame);
    };
  }, [client, id, isUnderWay, isLive]);
  return words;
}
