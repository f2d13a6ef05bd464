import type { ThoughtOutput } from '../../../src/contract/thought-view.ts';
import { bytes } from '../../../src/surfaces/cli/phrases.ts';
import { useApp } from '../app-context.ts';
import { Diff } from '../diff/diff.tsx';
import { VisibleText } from '../diff/visible-text.tsx';
import { Link } from '../parts/link.tsx';
import { Path } from '../parts/path.tsx';
import { Problem } from '../parts/problem.tsx';
import { Skeleton } from '../parts/skeleton.tsx';
import { State } from '../parts/state.tsx';
import { Time } from '../parts/time.tsx';
import { useLoad } from '../use-load.ts';
import { LongText } from './long-text.tsx';

/** Changes of more lines are folded until somebody looks. */
const MOST_OPEN = 40;

/** What came of an answer, or is to come. */
export function Outputs({ thought, outputs }: { thought: string; outputs: readonly ThoughtOutput[] }) {
  return (
    <ol class="output-list">
      {outputs.map((output) => (
        <li key={output.position} class="output">
          <p class="output-head">
            <State of={output.state} />
            <span class="kind">{output.kind}</span>
            {output.source === null && (
              <>
                <Target target={output.target} />
                <span class="dim">{bytes(output.bytes)}</span>
              </>
            )}
            <When output={output} />
          </p>
          {output.reason !== '' && (
            <p class="why">
              <VisibleText text={output.reason} />{' '}
              {output.state === 'proposed' && (
                <Link page="inbox" of={`${thought}.${output.position}`}>
                  Decide in the inbox
                </Link>
              )}
            </p>
          )}
          <Effect thought={thought} output={output} />
        </li>
      ))}
    </ol>
  );
}

/** When it was applied, or, later, taken back. */
function When({ output: { appliedAt, undoneAt } }: { output: ThoughtOutput }) {
  const at = undoneAt ?? appliedAt;
  return at === null ? null : <Time at={at} />;
}

/** A path, or where something is sent to. */
export function Target({ target }: { target: string }) {
  return target.startsWith('/') ? <Path path={target} /> : <VisibleText text={target} />;
}

/** What it did, or would do. */
function Effect({ thought, output }: { thought: string; output: ThoughtOutput }) {
  const { state, mode, source, target, before, after, note, content } = output;
  if (source !== null) return <Move source={source} target={target} />;
  if (state === 'proposed') return <Proposed thought={thought} output={output} />;
  const isDone = state === 'applied' || state === 'undone';
  return (
    <>
      <Note text={note} />
      {after !== null ? (
        <Diff before={before} after={after} label={target} mostOpen={MOST_OPEN} />
      ) : content === null || content === '' ? null : mode === 'append' && isDone ? (
        <Diff before={null} after={content} label={target} mostOpen={MOST_OPEN} isPiece />
      ) : (
        <LongText title={titleOf(mode, isDone)} text={content} isOpen={mode === 'send'} />
      )}
    </>
  );
}

function titleOf(mode: string, isDone: boolean): string {
  if (mode === 'send') return isDone ? 'What was sent' : 'What was to be sent';
  return isDone ? 'What it was made of' : 'What was to be written';
}

function Move({ source, target }: { source: string; target: string }) {
  return (
    <p class="output-move">
      <Path path={source} /> <span class="arrow">→</span> <Path path={target} />
    </p>
  );
}

/** What it would do, as things stand now. */
function Proposed({ thought, output }: { thought: string; output: ThoughtOutput }) {
  const { client } = useApp();
  const { position, target, content, mode } = output;
  const { value, error, reload } = useLoad(() => client.proposal(thought, position), [thought, position]);
  if (error !== null) return <Problem error={error} retry={reload} />;
  if (value === null) return <Skeleton lines={2} what="The proposal" />;
  return (
    <>
      <Note text={value.held || value.note} />
      {value.after === null ? (
        <LongText title={titleOf(mode, false)} text={content ?? ''} isOpen />
      ) : (
        <Diff before={value.before} after={value.after} label={target} mostOpen={MOST_OPEN} />
      )}
    </>
  );
}

function Note({ text }: { text: string }) {
  if (text === '') return null;
  return (
    <p class="why">
      <VisibleText text={text} />
    </p>
  );
}
