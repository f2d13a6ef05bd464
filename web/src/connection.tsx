import type { ComponentChildren } from 'preact';
import { count, span } from '../../src/surfaces/cli/phrases.ts';
import type { Live } from './live.ts';
import { Button } from './parts/button.tsx';
import { Command } from './parts/command.tsx';
import { State } from './parts/state.tsx';
import { now, Since } from './parts/time.tsx';
import { PauseButton } from './pause.tsx';
import { useFocusKept } from './use-focus-kept.ts';

interface BannerProps {
  live: Live;
  /** It resumes everything where that is paused: not where the page itself does. */
  hasResume: boolean;
}

/** What stands between this page and the daemon; nothing where nothing does. */
export function ConnectionBanner({ live, hasResume }: BannerProps) {
  const connection = live.connection.value;
  const isStopping = live.status.value?.stopping === true;
  const paused = live.status.value?.holds.find(({ what }) => what === 'all');
  useFocusKept([connection.kind, isStopping, paused !== undefined], 'main');
  if (connection.kind === 'lost') {
    return (
      <Banner key="lost">
        <State of="lost">reconnecting</State>
        <span>
          {sentence(connection.reason)}. What happens meanwhile is shown afterwards. <Countdown live={live} />
          {connection.attempt > 1 && (
            <>
              {' '}
              Where it does not come back by itself, type <Command line="consciousness start" />
            </>
          )}
        </span>
        <Button isSmall action={live.hurry}>
          Try now
        </Button>
      </Banner>
    );
  }
  if (isStopping) {
    return (
      <Banner key="stopping">
        <State of="stopping" />
        <span>The daemon is stopping: it finishes what runs, and claims nothing more.</span>
      </Banner>
    );
  }
  if (paused !== undefined) {
    return (
      <Banner key="paused">
        <State of="paused" />
        <span>
          Everything has been paused for <Since at={paused.since} />: things are perceived, and nothing is
          thought.
        </span>
        {hasResume && <PauseButton isSmall />}
      </Banner>
    );
  }
  return null;
}

function Banner({ children }: { children: ComponentChildren }) {
  return (
    <div class="banner warn" role="status">
      {children}
    </div>
  );
}

/** Apart from the sentence, so that a screen reader is not told each second. */
function Countdown({ live }: { live: Live }) {
  const connection = live.connection.value;
  if (connection.kind !== 'lost') return null;
  const left = connection.retryAt - now.value;
  return (
    <span aria-hidden="true">
      {left > 0 ? `Next try in ${span(Math.ceil(left / 1000) * 1000)}` : 'Trying'}
      {connection.attempt > 1 && ` (${count(connection.attempt - 1, 'try', 'tries')} so far)`}.
    </span>
  );
}

/** Live, or not, in a word. */
export function ConnectionState({ live }: { live: Live }) {
  const { kind } = live.connection.value;
  const status = live.status.value;
  if (kind === 'lost') return <State of="lost">reconnecting</State>;
  if (kind !== 'live') return <State of="connecting" />;
  if (status?.stopping) return <State of="stopping" />;
  if (status !== null && !status.ready) return <State of="scanning">waking up</State>;
  return <State of="live" />;
}

function sentence(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
