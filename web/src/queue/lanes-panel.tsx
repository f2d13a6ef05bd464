import type { LaneView, QueueView } from '../../../src/contract/queue-view.ts';
import { count } from '../../../src/surfaces/cli/phrases.ts';
import { VisibleText } from '../diff/visible-text.tsx';
import { Slots } from '../now/servers-panel.tsx';
import { Link } from '../parts/link.tsx';
import { Panel } from '../parts/panel.tsx';
import { Skeleton } from '../parts/skeleton.tsx';
import { State } from '../parts/state.tsx';
import { Since } from '../parts/time.tsx';

/** One lane a provider: how many of its slots are busy, and what waits for them. */
export function LanesPanel({ queue }: { queue: QueueView | null }) {
  return (
    <Panel title="Lanes" aside="by provider, in the order of claiming">
      {queue === null ? (
        <Skeleton what="The lanes" lines={4} />
      ) : (
        <ul class="lanes">
          {queue.lanes
            .toSorted((a, b) => weight(b) - weight(a))
            .map((lane) => (
              <Lane key={`${lane.provider} ${lane.paused}`} lane={lane} />
            ))}
        </ul>
      )}
    </Panel>
  );
}

function Lane({ lane }: { lane: LaneView }) {
  const { provider, paused, state, held, slots, busy, ready, oldest, rules } = lane;
  return (
    <li class={weight(lane) === 0 ? 'idle' : ''}>
      <p class="head">
        <span class="title">{provider ?? (paused ? 'Paused' : 'Nobody thinks these')}</span>
        {state !== null && (
          <State of={ready > 0 || busy > 0 || state === 'online' ? state : 'unused'}>{state}</State>
        )}
        <span class="busy-of">
          {slots > 0 && <Slots busy={busy} slots={slots} />}
          {slots > 0 && `${busy} of ${slots} busy`}
        </span>
      </p>
      {ready > 0 && <Bar lane={lane} />}
      <p class="faint">
        {ready === 0 ? (
          'nothing waits'
        ) : (
          <>
            {count(ready, 'thought')} ready
            {oldest !== null && (
              <>
                , the oldest for <Since at={oldest} />
              </>
            )}
          </>
        )}
      </p>
      {paused && <p class="why">They are thought when you resume what is paused.</p>}
      {held !== null && !paused && (
        <p class="why">
          <State of="held" /> <VisibleText text={held} />
        </p>
      )}
      {rules.length > 0 && (
        <ul class="of-rules">
          {rules.map(({ name, ready }) => (
            <li key={name}>
              <Link page="thoughts" query={{ state: 'ready', rule: name }}>
                {name}
              </Link>{' '}
              {ready.toLocaleString('en-US')}
              {paused && (
                <>
                  {' '}
                  (
                  <Link page="rules" of={name}>
                    its rule
                  </Link>
                  )
                </>
              )}
            </li>
          ))}
        </ul>
      )}
    </li>
  );
}

const KINDS = [
  ['requests', 'asked by a person'],
  ['reactions', 'reactions to what was perceived'],
  ['background', 'in the background'],
  ['uncounted', 'more'],
] as const;

/** What is ready, by what goes first. */
function Bar({ lane }: { lane: LaneView }) {
  let from = 0;
  const shown = KINDS.filter(([kind]) => lane[kind] > 0).map(([kind, words]) => {
    const x = from;
    from += (lane[kind] / lane.ready) * 100;
    return { kind, words, x, width: (lane[kind] / lane.ready) * 100, number: lane[kind] };
  });
  return (
    <>
      <svg
        class="bar"
        role="img"
        aria-label={shown.map(({ number, words }) => `${number} ${words}`).join(', ')}
      >
        {shown.map(({ kind, x, width }) => (
          <rect key={kind} class={kind} x={`${x}%`} width={`${width}%`} height="100%" />
        ))}
      </svg>
      <ul class="legend" aria-hidden="true">
        {shown.map(({ kind, words, number }) => (
          <li key={kind} class={kind}>
            <b>{number.toLocaleString('en-US')}</b> {words}
          </li>
        ))}
      </ul>
    </>
  );
}

/** What has something to do comes first. */
function weight({ ready, busy }: LaneView): number {
  return ready + busy;
}
