import type { StatusView } from '../../../src/contract/status-view.ts';
import { VisibleText } from '../diff/visible-text.tsx';
import { Panel } from '../parts/panel.tsx';
import { Skeleton } from '../parts/skeleton.tsx';
import { State } from '../parts/state.tsx';

/** Where thoughts are thought: is it there, what is loaded, how busy is it. */
export function ServersPanel({ status }: { status: StatusView | null }) {
  return (
    <Panel title="Model servers">
      {status === null ? (
        <Skeleton what="How the model servers are" lines={2} />
      ) : (
        <ul class="servers">
          {usedFirst(status).map(({ name, state, busy, slots, loaded, models, isUsed }) => (
            <li key={name}>
              <span class="title">{name}</span>
              {isUsed ? (
                <State of={state} />
              ) : (
                <span class="faint">{state === 'online' ? 'online' : `${state}, not used`}</span>
              )}
              <Slots busy={busy} slots={slots} />
              <span class="faint mono">
                <VisibleText text={loaded ?? models.slice(0, 3).join(', ')} />
              </span>
            </li>
          ))}
        </ul>
      )}
    </Panel>
  );
}

/** Those that rules ask first: of the others, nobody needs to know whether they are there. */
function usedFirst({ providers, rules }: StatusView) {
  const used = new Set(rules.flatMap(({ models }) => models.map((model) => model.split('/', 1)[0])));
  return providers
    .map((provider) => ({ ...provider, isUsed: rules.length === 0 || used.has(provider.name) }))
    .toSorted((a, b) => Number(b.isUsed) - Number(a.isUsed));
}

/** Calls that run, and those for which there is room. */
export function Slots({ busy, slots }: { busy: number; slots: number }) {
  const shown = Math.min(slots, 16);
  return (
    <span
      class="slots"
      role="img"
      aria-label={`${busy} of ${slots} slots are busy`}
      title={`${busy} of ${slots} busy`}
    >
      {Array.from({ length: shown }, (_, slot) => (
        <i key={slot} class={slot < busy ? 'busy' : ''} />
      ))}
    </span>
  );
}
