import type { HoldView, StatusView } from '../../../src/contract/status-view.ts';
import { count } from '../../../src/surfaces/cli/phrases.ts';
import { useApp } from '../app-context.ts';
import { VisibleText } from '../diff/visible-text.tsx';
import { Button } from '../parts/button.tsx';
import { Panel } from '../parts/panel.tsx';
import { State } from '../parts/state.tsx';
import { Since, Time } from '../parts/time.tsx';
import { useAction } from '../use-action.ts';
import { awaited } from './mood.ts';

/** What is not being thought just now, why, and what to do about it. */
export function HeldPanel({ status }: { status: StatusView | null }) {
  if (status === null || status.holds.length === 0) return null;
  return (
    <Panel
      title="Held"
      class="held"
      aside={<State of="held">{count(awaited(status).held, 'thought')}</State>}
    >
      <ul>
        {status.holds.map((hold) => (
          <Hold key={`${hold.what} ${hold.name}`} hold={hold} />
        ))}
      </ul>
    </Panel>
  );
}

function Hold({ hold }: { hold: HoldView }) {
  const { what, name, reason, since, until, thoughts } = hold;
  return (
    <li>
      <p class="title">
        <VisibleText text={what === 'all' ? 'Everything' : `${what} ${name}`} />
        <span class="faint">
          for <Since at={since} />
        </span>
      </p>
      <p>
        <VisibleText text={isPause(hold) ? 'paused by a person' : reason} />
      </p>
      <p class="faint">
        {thoughts > 0 ? `${count(thoughts, 'thought')} held` : 'nothing waits for it'}
        {until !== undefined && (
          <>
            , until <Time at={until} />
          </>
        )}
        . No attempt is spent; it goes on {isPause(hold) ? 'when you resume' : 'by itself'}.
      </p>
      {what === 'rule' && isPause(hold) && <Resume rule={name} />}
    </li>
  );
}

/** Everything is resumed where it is paused, at the head of the page. */
function Resume({ rule }: { rule: string }) {
  const { client, live } = useApp();
  const resume = useAction(async () => {
    await client.resume(rule);
    live.hurry();
    return `${rule} goes on`;
  });
  return (
    <Button isSmall action={resume}>
      Resume
    </Button>
  );
}

/** A person's own doing. */
function isPause({ what, reason }: HoldView): boolean {
  return (what === 'all' || what === 'rule') && /^(everything is )?paused\b/.test(reason);
}
