import type { ThoughtView } from '../../../src/contract/thought-view.ts';
import { useApp } from '../app-context.ts';
import { VisibleText } from '../diff/visible-text.tsx';
import { Button } from '../parts/button.tsx';
import { Link } from '../parts/link.tsx';
import { Problem } from '../parts/problem.tsx';
import { Skeleton } from '../parts/skeleton.tsx';
import { State } from '../parts/state.tsx';
import { DataText } from '../thought/long-text.tsx';
import { Target } from '../thought/outputs.tsx';
import { useLoad } from '../use-load.ts';
import { drafts } from './drafts.ts';
import { keyOf, type ProposalKey } from './selection.ts';

/** A proposal that waits no more: somebody decided elsewhere, or its time was over. Keys decide nothing here. */
export function Elsewhere({ of }: { of: ProposalKey }) {
  const { client } = useApp();
  const { value, error, reload } = useLoad(() => client.thought(of.thought), [keyOf(of)]);
  if (error !== null && value === null) return <Problem error={error} retry={reload} />;
  if (value === null) return <Skeleton lines={3} what="What became of it" />;
  return <Became of={of} thought={value} />;
}

function Became({ of, thought }: { of: ProposalKey; thought: ThoughtView }) {
  const output = thought.outputs.find(({ position }) => position === of.position);
  const draft = drafts.of(keyOf(of));
  const isMine = draft !== null && output?.state === 'applied' && output.content === draft;
  return (
    <div class="proposal">
      <h2 class="proposal-what">
        {output === undefined ? (
          'This proposal'
        ) : (
          <>
            <span class="kind">{output.kind}</span> <Target target={output.target} />
          </>
        )}
      </h2>
      <p class="notice-line" role="alert">
        <strong>It waits no more.</strong> {output !== undefined && <State of={output.state} />}{' '}
        {output !== undefined && <VisibleText text={output.reason} />}
      </p>
      <p class="proposal-why">
        <Link page="thoughts" of={of.thought}>
          The whole thought
        </Link>
        <span class="dim">j and k go on to the others.</span>
      </p>
      {draft !== null && (
        <>
          <h3 class="dim">
            {isMine ? 'What you wrote in its place, and was applied' : 'What you wrote in its place'}
          </h3>
          <DataText text={draft} what="what you wrote" />
          <div class="actions">
            <Button isSmall action={() => drafts.keep(keyOf(of), null)}>
              {isMine ? 'It is done with' : 'Discard it'}
            </Button>
          </div>
        </>
      )}
    </div>
  );
}
