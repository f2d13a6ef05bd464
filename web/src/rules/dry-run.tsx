import { useState } from 'preact/hooks';
import type { RuleCheckView, RuleTryView } from '../../../src/contract/rule-text.ts';
import type { ThoughtRow } from '../../../src/contract/thought-view.ts';
import { span } from '../../../src/surfaces/cli/phrases.ts';
import { useApp } from '../app-context.ts';
import { Diff } from '../diff/diff.tsx';
import { visibleWords } from '../diff/visible.ts';
import { VisibleText } from '../diff/visible-text.tsx';
import { Button } from '../parts/button.tsx';
import { CommandWords } from '../parts/command.tsx';
import { Path } from '../parts/path.tsx';
import { Problem } from '../parts/problem.tsx';
import { State } from '../parts/state.tsx';
import { Answer } from '../thought/answer.tsx';
import { candidatesOf } from '../thought/comparison.ts';
import { LongText } from '../thought/long-text.tsx';
import { Target } from '../thought/outputs.tsx';
import { titleOf } from '../thoughts/facts.ts';
import { useLoad } from '../use-load.ts';
import { useTrial } from './use-trial.ts';

interface DryRunProps {
  name: string;
  text: string;
  /** It would come into force. */
  isGood: boolean;
  /** The sense whose events could wake it; null where that cannot be told. */
  sense: RuleCheckView['sense'];
  isNew: boolean;
  isChanged: boolean;
}

/** Thoughts that may be tried on: its own, and where there are none, those of the same sense among so many others. */
const PAST = 25;
const OTHERS = 200;

/** What the text would make of something that happened. Nothing is written. */
export function DryRun({ name, text, isGood, sense, isNew, isChanged }: DryRunProps) {
  const { client, live } = useApp();
  const past = useLoad(async () => {
    const own = await client.thoughts({ rule: name, limit: PAST });
    return own.items.length > 0 ? own.items : (await client.thoughts({ limit: OTHERS })).items;
  }, [name]);
  const rows = (past.value ?? [])
    .filter(({ state, context }) => state !== 'waiting' && (sense === null || context.sense === sense))
    .slice(0, PAST);
  const [thought, setThought] = useState('');
  const [model, setModel] = useState('');
  const on = rows.find(({ id }) => id === thought) ?? rows[0];
  const trial = useTrial();
  const status = live.status.value;
  const models = status === null ? [] : candidatesOf(status.providers, status.rules);

  if (past.error !== null) return <Problem error={past.error} retry={past.reload} />;
  return (
    <section class="dry-run" aria-label="Dry run">
      <h3>Dry run on what happened</h3>
      {past.value !== null && rows.length === 0 ? (
        <p class="dim">
          Nothing that could wake it was thought about yet.
          {!isNew && (
            <>
              {' '}
              On a file: <CommandWords line={`consciousness try ${name} FILE`} />
            </>
          )}
        </p>
      ) : (
        <>
          <label>
            <span class="dim">about</span>
            <select
              class="field"
              value={on?.id ?? ''}
              onChange={({ currentTarget }) => setThought(currentTarget.value)}
            >
              {rows.map((row) => (
                <option key={row.id} value={row.id}>
                  {optionOf(row, name)}
                </option>
              ))}
            </select>
          </label>
          <label>
            <span class="dim">with</span>
            <select
              class="field"
              value={model}
              onChange={({ currentTarget }) => setModel(currentTarget.value)}
            >
              <option value="">the rule's own models</option>
              {models.map(({ name: each }) => (
                <option key={each} value={each}>
                  {visibleWords(each)}
                </option>
              ))}
            </select>
          </label>
          <div class="actions">
            <Button
              isDisabled={!isGood || on === undefined || trial.state.kind === 'runs'}
              action={() =>
                on !== undefined &&
                trial.run({ name, text, thought: on.id, ...(model === '' ? {} : { model }) })
              }
            >
              {trial.state.kind === 'runs'
                ? 'Thinking …'
                : isChanged
                  ? 'Dry run of what you wrote'
                  : 'Dry run'}
            </Button>
            <span class="dim">Nothing is written.</span>
          </div>
        </>
      )}
      <div role="status">
        {trial.state.kind === 'failed' && (
          <>
            <Problem error={trial.state.error} />
            {trial.state.error.code === 'cloud-not-asked' && (
              <Button kind="danger" isSmall action={trial.allow}>
                Send it there
              </Button>
            )}
          </>
        )}
        {trial.state.kind === 'came' && <Came view={trial.state.view} isOld={trial.state.of !== text} />}
      </div>
    </section>
  );
}

function optionOf(row: ThoughtRow, name: string): string {
  const at = new Date(row.timestamp).toLocaleString('en-GB', {
    ...{ day: 'numeric', month: 'short', hour: '2-digit', minute: '2-digit' },
  });
  const whose = row.rule === name ? row.state : `of ${visibleWords(row.rule)}`;
  return `${visibleWords(titleOf(row)).slice(0, 60)}, ${whose}, ${at}`;
}

function Came({ view, isOld }: { view: RuleTryView; isOld: boolean }) {
  const { provider, model, firstTokenMs, totalMs, notes, reason, answer, outputs, prompt, raw } = view;
  return (
    <div class={isOld ? 'came stale' : 'came'}>
      {isOld && <p class="dim">Of the text before your last change.</p>}
      <p class="came-facts">
        <code>
          <VisibleText text={`${provider}/${model}`} />
        </code>
        {firstTokenMs !== null && <span class="dim">first token {span(firstTokenMs)}</span>}
        {totalMs !== null && <span class="dim">in all {span(totalMs)}</span>}
      </p>
      {[...notes, reason].filter(Boolean).map((note) => (
        <p key={note} class="why">
          <VisibleText text={note} />
        </p>
      ))}
      <Answer answer={answer} />
      {outputs.length === 0 && <p class="dim">Nothing would be written.</p>}
      {outputs.map((output, at) => (
        <div key={at} class="foreseen">
          <p class="output-head">
            <State of={output.mode === 'propose' ? 'proposed' : 'planned'}>
              {WORDS[output.mode] ?? output.mode}
            </State>
            {output.source !== undefined && (
              <>
                <Path path={output.source} /> <span class="arrow">to</span>
              </>
            )}
            <Target target={output.target} />
          </p>
          {output.reason !== '' && (
            <p class="why">
              <VisibleText text={output.reason} />
            </p>
          )}
          {output.source === undefined && (
            <Diff before={output.before} after={output.after} label={output.target} />
          )}
        </div>
      ))}
      <LongText title="The prompt" text={prompt} />
      {raw !== null && <LongText title="Its words as they came" text={raw} />}
    </div>
  );
}

const WORDS: Readonly<Record<string, string>> = {
  create: 'would create',
  replace: 'would replace',
  append: 'would append to',
  edit: 'would edit',
  move: 'would move',
  propose: 'would ask about',
  send: 'would send to',
};
