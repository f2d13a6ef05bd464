import { useRef, useState } from 'preact/hooks';
import type { ThoughtView } from '../../../src/contract/thought-view.ts';
import { useApp } from '../app-context.ts';
import { VisibleText } from '../diff/visible-text.tsx';
import { whatOf } from '../inbox/decide.ts';
import { Decision } from '../inbox/decision.tsx';
import { type DecisionMade, toldOf } from '../inbox/decisions.ts';
import { Elsewhere } from '../inbox/elsewhere.tsx';
import { ProposalList } from '../inbox/proposal-list.tsx';
import { keyOf } from '../inbox/selection.ts';
import { type Inbox, useInbox } from '../inbox/use-inbox.ts';
import { Button } from '../parts/button.tsx';
import { Empty } from '../parts/empty.tsx';
import { Page } from '../parts/panel.tsx';
import { Problem } from '../parts/problem.tsx';
import { Skeleton } from '../parts/skeleton.tsx';
import { place } from '../place.ts';
import { UndoDialog } from '../thought/undo-dialog.tsx';
import { useAction } from '../use-action.ts';
import { useFocusKept } from '../use-focus-kept.ts';
import { useKeys } from '../use-keys.ts';
import { usePlaces } from '../use-places.ts';
import './inbox.css';

/** What waits for a person, one after the other. */
export function InboxPage() {
  const inbox = useInbox(place.value.of);
  const { rows, selected, made, error, reload } = inbox;
  useKeys({ j: () => inbox.move(1), k: () => inbox.move(-1) });

  return (
    <Page title="Inbox" name="Inbox">
      <Made made={toldOf(made)} inbox={inbox} />
      {error !== null && <Problem error={error} retry={reload} />}
      {rows === null && error === null && <Skeleton lines={6} what="The inbox" />}
      {rows?.length === 0 && selected === null && <NothingWaits />}
      {rows !== null && selected !== null && (
        <div class={rows.length === 0 ? 'inbox-page alone' : 'inbox-page'}>
          {rows.length > 0 && (
            <ProposalList rows={rows} selected={selected} select={inbox.select} move={inbox.move} />
          )}
          <Looked key={keyOf(selected.of)} inbox={inbox} selected={selected} />
        </div>
      )}
    </Page>
  );
}

function NothingWaits() {
  useFocusKept([]);
  return (
    <Empty title="Nothing waits for you">
      <p>
        What a rule proposes with <code>approve: true</code> comes here, and what would change a file that you
        edited.
      </p>
    </Empty>
  );
}

/** What is looked at. */
function Looked({
  inbox,
  selected: { of, row },
}: {
  inbox: Inbox;
  selected: NonNullable<Inbox['selected']>;
}) {
  useFocusKept([row === null], '.decision');
  return (
    <section class="decision" tabIndex={-1} aria-label="What is proposed">
      {row === null ? (
        <Elsewhere of={of} />
      ) : (
        <Decision row={row} approved={inbox.approved} reject={() => inbox.reject(row)} gone={inbox.reload} />
      )}
    </section>
  );
}

/** What was decided last, and how it is taken back; `u` takes back the last. */
function Made({ made, inbox }: { made: readonly DecisionMade[]; inbox: Inbox }) {
  return (
    <div class="decisions" role="status">
      {made.length > 0 && (
        <ul class="decided">
          {made.map((each, at) => (
            <OneMade key={keyOf(each.row)} decision={each} inbox={inbox} hasKey={at === made.length - 1} />
          ))}
        </ul>
      )}
    </div>
  );
}

function OneMade(props: { decision: DecisionMade; inbox: Inbox; hasKey: boolean }) {
  const { decision, inbox, hasKey } = props;
  const { row, kind } = decision;
  const { client } = useApp();
  const places = usePlaces();
  const [undoing, setUndoing] = useState<ThoughtView | null>(null);
  const isUndone = useRef(false);
  const [, path] = /^file:(\/.*)$/s.exec(row.subject) ?? [];
  const undo = useAction(async () => {
    setUndoing(await client.thought(row.thought));
    return undefined;
  });
  const again = useAction(async () => {
    const { queued, results } = await client.run({
      rule: row.rule,
      paths: path === undefined ? [] : [path],
      again: true,
    });
    return queued > 0 ? `${row.rule} thinks about it again.` : (results[0]?.reason ?? 'It was not queued.');
  });
  const takeBack = ({ repeat }: { repeat: boolean }) => {
    if (repeat) return;
    if (kind === 'approved') void undo.run();
    if (kind === 'rejecting') inbox.takeBack(row);
  };
  useKeys(hasKey ? { u: takeBack } : {});
  const key = hasKey ? { of: 'u' } : {};
  return (
    <li>
      <span>
        {kind === 'approved' ? 'Approved' : 'Rejected'}: <VisibleText text={whatOf(row, places)} />
      </span>
      {kind === 'approved' && (
        <Button isSmall action={undo} {...key}>
          Undo …
        </Button>
      )}
      {kind === 'rejecting' && (
        <Button isSmall action={() => inbox.takeBack(row)} {...key}>
          Take it back
        </Button>
      )}
      {kind === 'rejected' && path !== undefined && (
        <Button isSmall kind="quiet" action={again}>
          Think about it again
        </Button>
      )}
      {undoing !== null && (
        <UndoDialog
          thought={undoing}
          close={() => {
            setUndoing(null);
            if (isUndone.current) inbox.undone(row);
          }}
          reload={() => {
            isUndone.current = true;
          }}
        />
      )}
    </li>
  );
}
