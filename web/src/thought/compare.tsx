import { useState } from 'preact/hooks';
import { useApp } from '../app-context.ts';
import { VisibleText } from '../diff/visible-text.tsx';
import { Button } from '../parts/button.tsx';
import { Panel } from '../parts/panel.tsx';
import { useFocusKept } from '../use-focus-kept.ts';
import { Compared } from './compared.tsx';
import { candidatesOf } from './comparison.ts';
import { useComparison } from './use-comparison.ts';

/** What other models make of the same. Nothing is written. */
export function Compare({ thought, close }: { thought: string; close(): void }) {
  const { live } = useApp();
  const comparison = useComparison(thought);
  const status = live.status.value;
  const candidates = status === null ? [] : candidatesOf(status.providers, status.rules);
  const [chosen, setChosen] = useState<ReadonlySet<string>>(new Set());
  const { contestants, isRunning } = comparison;
  useFocusKept([contestants], '.compare .actions .main');

  function choose(name: string, isOn: boolean): void {
    setChosen((before) => new Set(isOn ? [...before, name] : [...before].filter((each) => each !== name)));
  }

  async function begin(): Promise<void> {
    if (isRunning) return;
    comparison.start(candidates.map(({ name }) => name).filter((name) => chosen.has(name)));
  }

  return (
    <Panel
      title="Compare models"
      class="compare"
      aside={
        <Button kind="quiet" isSmall action={close}>
          Close
        </Button>
      }
    >
      <p class="dim">The chosen ones think about the same text, one after the other. Nothing is written.</p>
      <fieldset class="candidates" disabled={isRunning}>
        <legend class="unseen">Models</legend>
        {candidates.map(({ name, trouble, isLoaded }) => (
          <label key={name} class="candidate">
            <input
              type="checkbox"
              checked={chosen.has(name)}
              onChange={({ currentTarget }) => choose(name, currentTarget.checked)}
            />
            <code>
              <VisibleText text={name} />
            </code>
            {isLoaded && <span class="dim">loaded</span>}
            {trouble !== '' && (
              <span class="warning">
                <VisibleText text={trouble} />
              </span>
            )}
          </label>
        ))}
        {candidates.length === 0 && <p class="dim">No provider offers a model just now.</p>}
      </fieldset>
      <div class="actions">
        <Button kind="main" isDisabled={chosen.size === 0} action={{ isBusy: isRunning, run: begin }}>
          {isRunning ? 'Thinking …' : 'Compare'}
        </Button>
        {isRunning && (
          <Button kind="quiet" action={comparison.stop}>
            Stop after this one
          </Button>
        )}
      </div>
      {contestants.length > 0 && <Compared contestants={contestants} allow={comparison.allow} />}
    </Panel>
  );
}
