import { count } from '../../../src/surfaces/cli/phrases.ts';
import { useApp } from '../app-context.ts';
import { VisibleText } from '../diff/visible-text.tsx';
import { Panel } from '../parts/panel.tsx';
import { State } from '../parts/state.tsx';
import { Since, Time } from '../parts/time.tsx';

/** What is held just now, and why, but for providers: that stands beside their names. */
export function Holds() {
  const { live } = useApp();
  const holds = live.status.value?.holds.filter(({ what }) => what !== 'provider') ?? [];
  if (holds.length === 0) return null;
  return (
    <Panel title="Held" aside={count(holds.length, 'hold')}>
      <ul class="holds">
        {holds.map(({ what, name, reason, since, until, thoughts }) => (
          <li key={`${what} ${name}`}>
            <State of="held">{what}</State>
            <span class="mono">
              <VisibleText text={name} />
            </span>
            <span class="why">
              <VisibleText text={reason} />
            </span>
            <span class="dim">
              for <Since at={since} />
              {until !== undefined && (
                <>
                  , until <Time at={until} />
                </>
              )}
              , {count(thoughts, 'thought')}
            </span>
          </li>
        ))}
      </ul>
    </Panel>
  );
}
