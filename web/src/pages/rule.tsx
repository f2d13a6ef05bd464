import type { RuleView } from '../../../src/contract/api.ts';
import type { ThoughtRow } from '../../../src/contract/thought-view.ts';
import { short } from '../../../src/surfaces/cli/phrases.ts';
import { useApp } from '../app-context.ts';
import { VisibleText } from '../diff/visible-text.tsx';
import { Button } from '../parts/button.tsx';
import { Link } from '../parts/link.tsx';
import { Page, Panel } from '../parts/panel.tsx';
import { Pieces } from '../parts/pieces.tsx';
import { Problem } from '../parts/problem.tsx';
import { Skeleton } from '../parts/skeleton.tsx';
import { State } from '../parts/state.tsx';
import { Time } from '../parts/time.tsx';
import { go, place } from '../place.ts';
import { Editor } from '../rules/editor.tsx';
import { standingOf, sumsOf } from '../rules/standing.ts';
import { UnknownRule } from '../rules/unknown-rule.tsx';
import { type OpenFile, useFile } from '../rules/use-file.ts';
import { Facts } from '../thought/step.tsx';
import { saidOf, titleOf } from '../thoughts/facts.ts';
import { useAction } from '../use-action.ts';
import { useLiveLoad } from '../use-load.ts';
import './rules.css';

/** Thoughts of it that are shown. */
const LAST = 8;

/** One rule: how it stands, what came of it, and its file. */
export function RulePage() {
  const { client } = useApp();
  const name = place.value.of;
  const rules = useLiveLoad(
    () => client.rules(),
    [name],
    (event) => ('rule' in event && event.rule === name) || event.type === 'reloaded' || event.type === 'hold',
  );
  const rule = rules.value?.find((each) => each.name === name);
  const file = useFile(name);
  const isUnknown = file.file === null && file.error?.code === 'rule-file-unknown';
  if (isUnknown && rules.value !== null && rule === undefined)
    return <UnknownRule name={name} rules={rules.value} />;
  return (
    <Page
      title={<VisibleText text={name} />}
      name={name}
      actions={rule !== undefined && <PauseRule rule={rule} changed={rules.reload} />}
    >
      {rules.error !== null && <Problem error={rules.error} retry={rules.reload} />}
      {rule !== undefined && <Standing rule={rule} />}
      {file.file?.etag !== null && <LastThoughts name={name} />}
      <File {...file} />
    </Page>
  );
}

function Standing({ rule }: { rule: RuleView }) {
  const { wokenBy, paths, next, models, held, problem, version, file } = rule;
  const { of, word } = standingOf(rule);
  const { all, done, open, dead } = sumsOf(rule);
  return (
    <section class="rule-standing" aria-label="How it stands">
      <p class="thought-line" role="status">
        <State of={of}>{word}</State>
        <span>
          {all.toLocaleString('en')} matched: {done.toLocaleString('en')} done, {open.toLocaleString('en')}{' '}
          open, {dead.toLocaleString('en')} dead
        </span>
      </p>
      {problem !== null && (
        <p class="wrong">
          <VisibleText text={problem} />
        </p>
      )}
      {held !== null && rule.state !== 'paused' && (
        <p class="held-words">
          Held: <VisibleText text={held} />
        </p>
      )}
      <Facts
        facts={[
          ['woken by', paths.length === 0 ? wokenBy : ''],
          ['paths', paths.length === 0 ? '' : <Lines lines={paths} />],
          ['due', next.length === 0 ? '' : <Dues times={next} />],
          ['models', models.length === 0 ? '' : <Lines lines={models} />],
          ['version', version === '' ? '' : <code title={version}>{short(version)}</code>],
          [
            'file',
            <code key="file">
              <VisibleText text={file} />
            </code>,
          ],
        ]}
      />
    </section>
  );
}

function Lines({ lines }: { lines: readonly string[] }) {
  return (
    <>
      {lines.map((line) => (
        <code key={line} class="own-line">
          <Pieces text={line} after=",/" />
        </code>
      ))}
    </>
  );
}

function Dues({ times }: { times: readonly string[] }) {
  return (
    <>
      {times.map((at) => (
        <span key={at} class="own-line">
          <Time at={at} />
        </span>
      ))}
    </>
  );
}

function PauseRule({ rule: { name, state }, changed }: { rule: RuleView; changed(): void }) {
  const { client } = useApp();
  const isPaused = state === 'paused';
  const change = useAction(async () => {
    await (isPaused ? client.resume(name) : client.pause(name));
    changed();
    return isPaused
      ? `${name} goes on.`
      : `${name} is paused: what runs is finished, and nothing more is begun.`;
  });
  return (
    <Button action={change} isPressed={isPaused} isDisabled={state === 'refused'}>
      {isPaused ? 'Resume' : 'Pause'}
    </Button>
  );
}

function LastThoughts({ name }: { name: string }) {
  const { client } = useApp();
  const { value, error, reload } = useLiveLoad(
    () => client.thoughts({ rule: name, limit: LAST }),
    [name],
    (event) => event.type === 'state' && event.rule === name,
  );
  if (error !== null) return <Problem error={error} retry={reload} />;
  if (value === null) return <Skeleton lines={4} what="The last thoughts" />;
  return (
    <Panel
      title="Last thoughts"
      aside={
        value.next !== null && (
          <Link page="thoughts" query={{ rule: name }}>
            all of them
          </Link>
        )
      }
    >
      {value.items.length === 0 ? (
        <p class="body dim">Nothing has woken it yet.</p>
      ) : (
        <ol class="last-thoughts">
          {value.items.map((row) => (
            <LastThought key={row.id} row={row} />
          ))}
        </ol>
      )}
    </Panel>
  );
}

function LastThought({ row }: { row: ThoughtRow }) {
  const { text, isReason } = saidOf(row);
  const kind = isReason ? 'why' : row.title === undefined ? 'captured' : 'result';
  return (
    <li>
      <Link page="thoughts" of={row.id}>
        <State of={row.state} />
        <span class="name">
          <VisibleText text={titleOf(row)} />
        </span>
        <span class={`snippet ${kind}`}>
          <VisibleText text={kind === 'result' ? (row.title ?? '') : text} />
        </span>
        <Time at={row.timestamp} />
      </Link>
    </li>
  );
}

function File({ file, error, reload, save }: OpenFile) {
  if (file === null && error === null) return <Skeleton lines={10} what="The file" />;
  return (
    <>
      {error !== null && (file === null || !error.retryable) && <Problem error={error} retry={reload} />}
      {file !== null && <Editor file={file} save={save} abandon={() => go({ page: 'rules' })} />}
    </>
  );
}
