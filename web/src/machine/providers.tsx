import type { StatusView } from '../../../src/contract/status-view.ts';
import { count, span } from '../../../src/surfaces/cli/phrases.ts';
import { useApp } from '../app-context.ts';
import { visibleWords } from '../diff/visible.ts';
import { VisibleText } from '../diff/visible-text.tsx';
import { Meter } from '../parts/meter.tsx';
import { Panel } from '../parts/panel.tsx';
import { Skeleton } from '../parts/skeleton.tsx';
import { State } from '../parts/state.tsx';
import { Since, Time } from '../parts/time.tsx';

type ProviderView = StatusView['providers'][number];

/** Who thinks, how they are, and how fast they were of late. */
export function Providers() {
  const status = useApp().live.status.value;
  if (status === null) return <Skeleton lines={3} what="The providers" />;
  const { providers, holds } = status;
  return (
    <Panel title="Providers" aside="speeds of the last 20 answers">
      <ul class="providers">
        {providers.map((provider) => (
          <Provider
            key={provider.name}
            provider={provider}
            hold={holds.find(({ what, name }) => what === 'provider' && name === provider.name) ?? null}
          />
        ))}
        {providers.length === 0 && <li class="dim">None is configured.</li>}
      </ul>
    </Panel>
  );
}

interface ProviderProps {
  provider: ProviderView;
  hold: StatusView['holds'][number] | null;
}

function Provider({ provider, hold }: ProviderProps) {
  const {
    name,
    state,
    reason,
    models,
    loaded,
    slots,
    busy,
    checkedAt,
    spent,
    recent,
    missing = [],
  } = provider;
  return (
    <li class="provider">
      <p class="provider-head">
        <strong>{name}</strong>
        <State of={state} />
        {checkedAt !== null && (
          <span class="dim">
            looked at <Time at={new Date(checkedAt).toISOString()} />
          </span>
        )}
      </p>
      {reason !== '' && (
        <p class="why">
          <VisibleText text={reason} />
        </p>
      )}
      {hold !== null && (
        <p class="held-words">
          Held for <Since at={hold.since} />: {count(hold.thoughts, 'thought waits', 'thoughts wait')}
          {hold.until !== undefined && (
            <>
              , until <Time at={hold.until} />
            </>
          )}
        </p>
      )}
      <dl class="provider-figures">
        <div>
          <dt>slots</dt>
          <dd>
            {busy} of {slots} busy
            <Meter
              part={slots === 0 ? 0 : busy / slots}
              label={`${busy} of ${slots} slots of ${name} busy`}
            />
          </dd>
        </div>
        <div>
          <dt>first token</dt>
          <dd>{recent.firstTokenMs === null ? '–' : span(recent.firstTokenMs)}</dd>
        </div>
        <div>
          <dt>tokens a second</dt>
          <dd>{recent.tokensPerSecond ?? '–'}</dd>
        </div>
        {spent !== null && (
          <div>
            <dt>today</dt>
            <dd>
              {count(spent.calls, 'call')}, {spent.tokens.toLocaleString('en')} tokens
            </dd>
          </div>
        )}
      </dl>
      <ul class="models" aria-label={`Models of ${name}`}>
        {models.map((model) => (
          <li key={model} class={model === loaded ? 'loaded' : ''}>
            <code title={visibleWords(model)}>
              <VisibleText text={model} />
            </code>
            {model === loaded && <span class="dim"> loaded</span>}
          </li>
        ))}
        {missing.map((model) => (
          <li key={model} class="wrong">
            <code>
              <VisibleText text={model} />
            </code>{' '}
            is not there
          </li>
        ))}
      </ul>
    </li>
  );
}
