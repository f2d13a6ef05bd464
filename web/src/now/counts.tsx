import type { ComponentChildren } from 'preact';
import type { StatusView } from '../../../src/contract/status-view.ts';
import { useApp } from '../app-context.ts';
import { Link } from '../parts/link.tsx';
import { Shape } from '../parts/state.tsx';
import { Since } from '../parts/time.tsx';
import type { Tone } from '../parts/tone.ts';
import { awaited } from './mood.ts';

/** How many thoughts are in which state, each with the way to them. */
export function Counts({ status }: { status: StatusView | null }) {
  const { perceived, written } = useApp().flow.counters.value;
  const queue = status?.queue;
  const oldest = status?.proposals.oldest ?? null;
  return (
    <ul class="counts" aria-label="Thoughts by state">
      <Count
        tone="next"
        title="to come"
        number={status === null ? undefined : awaited(status).toCome}
        to={{ page: 'queue' }}
      />
      <Count
        tone="busy"
        title="being thought"
        number={queue && queue.running + queue.answered}
        to={{ page: 'queue' }}
      />
      <Count tone="asks" title="wait for you" number={status?.proposals.waiting} to={{ page: 'inbox' }}>
        {oldest !== null && (
          <>
            for <Since at={oldest} />
          </>
        )}
      </Count>
      <Count
        tone="good"
        title="done"
        number={queue?.done}
        to={{ page: 'thoughts', query: { state: 'done' } }}
      />
      <Count tone="bad" title="given up" number={queue?.dead} to={{ page: 'queue' }} />
      <li class="since">
        <span>
          <b>{perceived.toLocaleString('en-US')}</b> perceived
        </span>
        <span>
          <b>{written.toLocaleString('en-US')}</b> written
        </span>
        <span class="faint">since this page was opened</span>
      </li>
    </ul>
  );
}

function Count(props: {
  tone: Tone;
  title: string;
  number: number | undefined;
  to: { page: string; query?: Record<string, string> };
  children?: ComponentChildren;
}) {
  const { tone, title, number, to, children } = props;
  return (
    <li class={number === 0 ? 'none' : ''}>
      <Link {...to}>
        <b>{number === undefined ? '–' : number.toLocaleString('en-US')}</b>
        <span class="what">
          <Shape tone={number === 0 ? 'quiet' : tone} />
          {title}
        </span>
        <span class="faint">{children}</span>
      </Link>
    </li>
  );
}
