import type { OutputView } from '../../../src/contract/thought-view.ts';
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

/** What came of an answer, or is to come. */
export function Outputs({ thought, outputs }: { thought: string; outputs: readonly OutputView[] }) {
  return (
    <ol class="output-list">
      {outputs.map((output) => (
        <li key={output.position} class="output">
          <p class="output-head">
            <State of={output.state} />
            <span class="kind">{output.kind}</span>
            <Target target={output.target} />
            <span class="dim">{bytes(output.bytes)}</span>
            {output.appliedAt !== null && <Time at={output.appliedAt} />}
          </p>
          {output.reason !== '' && (
            <p class="why">
              <VisibleText text={output.reason} />
            </p>
          )}
          {output.state === 'proposed' ? (
            <Proposed thought={thought} position={output.position} />
          ) : (
            output.content !== null &&
            output.content !== '' && <LongText title="What it is made of" text={output.content} />
          )}
        </li>
      ))}
    </ol>
  );
}

/** A path, or where something is sent to. */
export function Target({ target }: { target: string }) {
  return target.startsWith('/') ? <Path path={target} /> : <VisibleText text={target} />;
}

/** What it would do, as things stand now. */
function Proposed({ thought, position }: { thought: string; position: number }) {
  const { client } = useApp();
  const { value, error, reload } = useLoad(() => client.proposal(thought, position), [thought, position]);
  if (error !== null) return <Problem error={error} retry={reload} />;
  if (value === null) return <Skeleton lines={2} what="The proposal" />;
  return (
    <>
      <p class="why">
        {value.reason}{' '}
        <Link page="inbox" of={`${thought}.${position}`}>
          Decide in the inbox
        </Link>
      </p>
      {value.after !== null && <Diff before={value.before} after={value.after} label={value.target} />}
      {value.source !== null && (
        <p class="output-move">
          <Path path={value.source} /> <span class="arrow">→</span> <Path path={value.target} />
        </p>
      )}
    </>
  );
}
