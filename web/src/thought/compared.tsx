import type { ComparedResult } from '../../../src/contract/compare.ts';
import { span } from '../../../src/surfaces/cli/phrases.ts';
import { VisibleText } from '../diff/visible-text.tsx';
import { Button } from '../parts/button.tsx';
import { State } from '../parts/state.tsx';
import type { Field } from '../thoughts/facts.ts';
import { FieldValue } from './answer.tsx';
import type { Contestant } from './comparing.ts';
import { bestOf, fieldsOf, isUsable, wordsOf } from './comparison.ts';

/** What each model made of it, beside each other. */
export function Compared({
  contestants,
  allow,
}: {
  contestants: readonly Contestant[];
  allow(model: string): void;
}) {
  const came = contestants.flatMap((each) => (each.kind === 'came' ? [each.result] : []));
  const best = bestOf(came);
  const fields = fieldsOf(came);
  const words = came.map(wordsOf);
  const placeOf = (contestant: Contestant) =>
    contestant.kind === 'came' ? came.indexOf(contestant.result) : -1;
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a keyboard scrolls it so
    <section class="table compared" tabIndex={0} aria-label="What each model made of it">
      <table>
        <caption class="unseen">What each model made of it</caption>
        <thead>
          <tr>
            <td class="corner" />
            {contestants.map(({ model }) => (
              <th key={model} scope="col">
                <code>
                  <VisibleText text={model} />
                </code>
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          <tr>
            <th scope="row">state</th>
            {contestants.map((each) => (
              <td key={each.model}>
                <Standing contestant={each} allow={() => allow(each.model)} />
              </td>
            ))}
          </tr>
          {FIGURES.filter(({ of }) => came.some((result) => of(result) !== UNKNOWN)).map(
            ({ name, key, of }) => (
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
            ),
          )}
          {fields.map(({ key, values, isAgreed }) => (
            <tr key={key} class={isAgreed ? '' : 'differs'}>
              <th scope="row">
                <VisibleText text={key} />
              </th>
              {contestants.map((each) => (
                <td key={each.model}>{hasFields(each) && <SaidOf value={values[placeOf(each)]} />}</td>
              ))}
            </tr>
          ))}
          {words.some((said) => said !== '') && (
            <tr>
              <th scope="row">words</th>
              {contestants.map((each) => (
                <td key={each.model} class="answer-text">
                  <VisibleText text={words[placeOf(each)] ?? ''} />
                </td>
              ))}
            </tr>
          )}
        </tbody>
      </table>
    </section>
  );
}

/** Whether its answer is among those that are told field by field. */
function hasFields(each: Contestant): boolean {
  return each.kind === 'came' && isUsable(each.result) && wordsOf(each.result) === '';
}

function SaidOf({ value }: { value: Field['value'] | undefined }) {
  return value === undefined ? <span class="dim">not there</span> : <FieldValue value={value} />;
}

const UNKNOWN = '–';
/** Those of which nothing is known of anybody are left out. */
const FIGURES: readonly {
  name: string;
  key: keyof ReturnType<typeof bestOf> | null;
  of(result: ComparedResult): string;
}[] = [
  { name: 'schema', key: null, of: ({ valid }) => (valid === null ? UNKNOWN : valid ? 'valid' : 'broken') },
  {
    name: 'first token',
    key: 'firstToken',
    of: ({ firstTokenMs: ms }) => (ms === null ? UNKNOWN : span(ms)),
  },
  { name: 'in all', key: 'total', of: ({ totalMs: ms }) => (ms === null ? UNKNOWN : span(ms)) },
  {
    name: 'tokens',
    key: null,
    of: ({ usage: { inputTokens, outputTokens } }) =>
      inputTokens === null && outputTokens === null
        ? UNKNOWN
        : `${inputTokens ?? '?'} in, ${outputTokens ?? '?'} out`,
  },
  { name: 'tokens a second', key: 'speed', of: ({ tokensPerSecond }) => String(tokensPerSecond ?? UNKNOWN) },
  { name: 'cost', key: 'cost', of: ({ cost }) => cost?.toFixed(4) ?? UNKNOWN },
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
          {contestant.result.reason !== '' && (
            <p class="why">
              <VisibleText text={contestant.result.reason} />
            </p>
          )}
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
      <p class="why">
        <VisibleText text={error.message} />
      </p>
      {error.code === 'cloud-not-asked' && (
        <Button isSmall kind="danger" action={allow}>
          Send it there
        </Button>
      )}
    </>
  );
}
