import { useState } from 'preact/hooks';
import type { ComparedResult } from '../../../src/contract/compare.ts';
import { span } from '../../../src/surfaces/cli/phrases.ts';
import { useApp } from '../app-context.ts';
import { VisibleText } from '../diff/visible-text.tsx';
import { Button } from '../parts/button.tsx';
import { Panel } from '../parts/panel.tsx';
import { State } from '../parts/state.tsx';
import { answerText } from '../thoughts/facts.ts';
import { FieldValue } from './answer.tsx';
import { bestOf, candidatesOf, fieldsOf } from './comparison.ts';
import { type Comparison, type Contestant, useComparison } from './use-comparison.ts';

/** What other models make of the same. Nothing is written. */
export function Compare({ thought, close }: { thought: string; close(): void }) {
  const { live } = useApp();
  const comparison = useComparison(thought);
  const candidates = candidatesOf(live.status.value?.providers ?? []);
  const [chosen, setChosen] = useState<ReadonlySet<string>>(new Set());
  const { contestants, isRunning } = comparison;

  function choose(name: string, isOn: boolean): void {
    setChosen((before) => new Set(isOn ? [...before, name] : [...before].filter((each) => each !== name)));
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
            <code>{name}</code>
            {isLoaded && <span class="dim">loaded</span>}
            {trouble !== '' && <span class="warning">{trouble}</span>}
          </label>
        ))}
        {candidates.length === 0 && <p class="dim">No provider offers a model just now.</p>}
      </fieldset>
      <div class="actions">
        <Button
          kind="main"
          isDisabled={chosen.size === 0 || isRunning}
          action={() =>
            comparison.start(candidates.map(({ name }) => name).filter((name) => chosen.has(name)))
          }
        >
          {isRunning ? 'Thinking …' : 'Compare'}
        </Button>
        {isRunning && (
          <Button kind="quiet" action={comparison.stop}>
            Stop after this one
          </Button>
        )}
      </div>
      {contestants.length > 0 && <Results contestants={contestants} comparison={comparison} />}
    </Panel>
  );
}

function Results({
  contestants,
  comparison,
}: {
  contestants: readonly Contestant[];
  comparison: Comparison;
}) {
  const came = contestants.flatMap((each) => (each.kind === 'came' ? [each.result] : []));
  const best = bestOf(came);
  const fields = fieldsOf(came);
  const placeOf = (contestant: Contestant) =>
    contestant.kind === 'came' ? came.indexOf(contestant.result) : -1;
  return (
    <div class="table compared">
      <table>
        <caption class="unseen">What each model made of it</caption>
        <thead>
          <tr>
            <td />
            {contestants.map(({ model }) => (
              <th key={model} scope="col">
                <code>{model}</code>
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          <tr>
            <th scope="row">state</th>
            {contestants.map((each) => (
              <td key={each.model}>
                <Standing contestant={each} allow={() => comparison.allow(each.model)} />
              </td>
            ))}
          </tr>
          {FIGURES.map(({ name, key, of }) => (
            <tr key={name}>
              <th scope="row">{name}</th>
              {contestants.map((each) => (
                <td
                  key={each.model}
                  class={key !== null && placeOf(each) === best[key] && best[key] >= 0 ? 'best' : ''}
                >
                  {each.kind === 'came' ? of(each.result) : ''}
                </td>
              ))}
            </tr>
          ))}
          {fields.map(({ key, values, isAgreed }) => (
            <tr key={key} class={isAgreed ? 'field' : 'field differs'}>
              <th scope="row">
                <VisibleText text={key} />
              </th>
              {contestants.map((each) => {
                const value = values[placeOf(each)];
                return <td key={each.model}>{value !== undefined && <FieldValue value={value} />}</td>;
              })}
            </tr>
          ))}
          {fields.length === 0 && came.length > 0 && (
            <tr class="field">
              <th scope="row">answer</th>
              {contestants.map((each) => (
                <td key={each.model} class="answer-text">
                  {each.kind === 'came' && <VisibleText text={answerText(each.result.answer)} />}
                </td>
              ))}
            </tr>
          )}
        </tbody>
      </table>
    </div>
  );
}

const FIGURES: readonly {
  name: string;
  key: keyof ReturnType<typeof bestOf> | null;
  of(result: ComparedResult): string;
}[] = [
  { name: 'schema', key: null, of: ({ valid }) => (valid === null ? '–' : valid ? 'valid' : 'broken') },
  { name: 'first token', key: 'firstToken', of: ({ firstTokenMs: ms }) => (ms === null ? '–' : span(ms)) },
  { name: 'in all', key: 'total', of: ({ totalMs: ms }) => (ms === null ? '–' : span(ms)) },
  {
    name: 'tokens',
    key: null,
    of: ({ usage }) => `${usage.inputTokens ?? '?'} in, ${usage.outputTokens ?? '?'} out`,
  },
  { name: 'tokens a second', key: 'speed', of: ({ tokensPerSecond }) => String(tokensPerSecond ?? '–') },
  { name: 'cost', key: 'cost', of: ({ cost }) => cost?.toFixed(4) ?? '–' },
];

function Standing({ contestant, allow }: { contestant: Contestant; allow(): void }) {
  switch (contestant.kind) {
    case 'waits':
      return <State of="waiting">waits its turn</State>;
    case 'thinks':
      return <State of="running">thinking …</State>;
    case 'skipped':
      return <span class="dim">not asked</span>;
    case 'refused':
      return <Refused error={contestant.error} allow={allow} />;
    case 'came':
      return (
        <>
          <State of={contestant.result.state === 'answered' ? 'done' : 'failed'}>
            {contestant.result.state}
          </State>
          {contestant.result.reason !== '' && <p class="why">{contestant.result.reason}</p>}
        </>
      );
    default:
      return contestant satisfies never;
  }
}

function Refused({
  error,
  allow,
}: {
  error: Extract<Contestant, { kind: 'refused' }>['error'];
  allow(): void;
}) {
  return (
    <>
      <State of="refused" />
      <p class="why">{error.message}</p>
      {error.code === 'cloud-not-asked' && (
        <Button isSmall kind="danger" action={allow}>
          Send it there
        </Button>
      )}
    </>
  );
}
