import { useEffect, useRef, useState } from 'preact/hooks';
import type { ProposalRow, ProposalView } from '../../../src/contract/proposal.ts';
import { bytes } from '../../../src/surfaces/cli/phrases.ts';
import { nameOf } from '../../../src/surfaces/place.ts';
import { useApp } from '../app-context.ts';
import { Diff } from '../diff/diff.tsx';
import { VisibleText } from '../diff/visible-text.tsx';
import { Button } from '../parts/button.tsx';
import { Link } from '../parts/link.tsx';
import { State } from '../parts/state.tsx';
import { Time } from '../parts/time.tsx';
import { Answer } from '../thought/answer.tsx';
import { DataText } from '../thought/long-text.tsx';
import { Target } from '../thought/outputs.tsx';
import { useLoad } from '../use-load.ts';

/** What is to be said of a proposal that is not what it was. */
export interface Standing {
  /** Nothing was approved for that: this is how it stands now. */
  wasChanged: boolean;
  /** Its file was touched since it was read. */
  isTouched: boolean;
}

const AS_SHOWN: Standing = { wasChanged: false, isTouched: false };

/**
 * A proposal as it stood when it was asked for. It never changes under somebody's eyes: that its file was touched is
 * said, and looking again is theirs.
 */
export function useProposal({ thought, position, target, source }: ProposalRow) {
  const { client, live } = useApp();
  const { value, reload, ...loaded } = useLoad(() => client.proposal(thought, position), [thought, position]);
  const [standing, setStanding] = useState(AS_SHOWN);
  const next = useRef(AS_SHOWN);
  useEffect(() => setStanding(next.current), [value]);
  useEffect(
    () =>
      live.onEvents((events) => {
        const isTouched = events.some(
          (event) => event.type === 'perceived' && (event.path === target || event.path === source),
        );
        if (isTouched) setStanding((before) => ({ ...before, isTouched }));
      }),
    [live, target, source],
  );
  return {
    ...loaded,
    value,
    standing,
    /** `wasChanged`: because nothing was approved for that. */
    lookAgain(wasChanged: boolean) {
      next.current = { wasChanged, isTouched: false };
      reload();
    },
  };
}

/** All that a person decides on. Nothing of it is cut. */
export function Proposal(props: {
  view: ProposalView;
  standing: Standing;
  lookAgain(): void;
  /** Told whether all of it is shown. */
  whole(isWhole: boolean): void;
}) {
  const { view, standing, lookAgain, whole } = props;
  const { kind, mode, source, target, thought, rule, reason, held, note, bytes: size } = view;
  return (
    <div class="proposal">
      <h2 class="proposal-what">
        <span class="kind">{mode === 'send' ? 'send to' : kind}</span>
        {source === null ? (
          <Target target={target} />
        ) : (
          <span class="mono">
            <VisibleText text={nameOf(source, [])} />
          </span>
        )}
      </h2>
      <p class="proposal-why">
        <span>
          <Link page="rules" of={rule}>
            {rule}
          </Link>{' '}
          proposed it <Time at={view.proposedAt} />
        </span>
        <span class="dim">{reason}</span>
        <Link page="thoughts" of={thought}>
          Why: the whole thought
        </Link>
        {view.expiresAt !== null && (
          <span class="dim">
            denied <Time at={view.expiresAt} /> unless you decide
          </span>
        )}
        {source === null && <span class="dim">{bytes(size)}</span>}
      </p>
      {standing.wasChanged && (
        <p class="notice-line warn" role="alert">
          <State of="held">It had changed, and nothing was approved.</State> This is how it stands now.
        </p>
      )}
      {standing.isTouched && (
        <p class="notice-line warn" role="alert">
          <State of="held">Its file was touched since you began to look.</State>{' '}
          <Button isSmall action={lookAgain}>
            Look again
          </Button>
        </p>
      )}
      {held !== '' && (
        <p class="notice-line warn">
          <State of="held">It cannot be applied now</State>: <VisibleText text={held} />
        </p>
      )}
      {note !== '' && (
        <p class="notice-line">
          <VisibleText text={note} />
        </p>
      )}
      <Effect view={view} whole={whole} />
    </div>
  );
}

function Effect(props: { view: ProposalView; whole(isWhole: boolean): void }) {
  const { source, before, after, content, target, thought } = props.view;
  if (after !== null) return <Diff before={before} after={after} label={target} whole={props.whole} />;
  if (source !== null) {
    return (
      <>
        <dl class="move">
          <div>
            <dt>from</dt>
            <dd>
              <VisibleText text={source} />
            </dd>
          </div>
          <div>
            <dt>to</dt>
            <dd>
              <VisibleText text={target} />
            </dd>
          </div>
        </dl>
        <MadeOf thought={thought} />
      </>
    );
  }
  return content === '' ? null : <DataText text={content} what="what would be sent" />;
}

/** What was made of the file, by which one tells where it belongs. */
function MadeOf({ thought }: { thought: string }) {
  const { client } = useApp();
  const { value } = useLoad(() => client.thought(thought), [thought]);
  if (value === null || value.answer === null) return null;
  return (
    <section aria-label="What it made of the file">
      <Answer answer={value.answer} />
    </section>
  );
}
