import type { QueueView } from '../../../src/contract/queue-view.ts';
import { THOUGHT_STATES, type ThoughtState } from '../../../src/contract/thought.ts';
import { Link } from '../parts/link.tsx';
import { State } from '../parts/state.tsx';
import { Since } from '../parts/time.tsx';

/** Those whose age says something: the others are as old as the daemon's memory. */
const AGED: readonly ThoughtState[] = ['waiting', 'ready', 'answered', 'proposed'];

/** Every state with how many are in it, in the order in which a thought comes through them. */
export function StatesStrip({ queue }: { queue: QueueView | null }) {
  return (
    <ol class="states" aria-label="Thoughts by state">
      {THOUGHT_STATES.map((state) => {
        const found = queue?.states.find((each) => each.state === state);
        const oldest =
          state === 'running' ? queue?.running.oldest : AGED.includes(state) ? found?.oldest : null;
        return (
          <li key={state} class={found?.count === 0 ? 'none' : ''}>
            <Link page="thoughts" query={{ state }}>
              <State of={state} />
              <b>{found === undefined ? '–' : found.count.toLocaleString('en-US')}</b>
              <span class="faint">
                {oldest && (
                  <>
                    {state === 'running' ? 'longest' : 'oldest'} <Since at={oldest} />
                  </>
                )}
              </span>
            </Link>
          </li>
        );
      })}
    </ol>
  );
}
