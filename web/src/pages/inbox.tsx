import { useState } from 'preact/hooks';
import type { ThoughtView } from '../../../src/contract/thought-view.ts';
import { useApp } from '../app-context.ts';
import { VisibleText } from '../diff/visible-text.tsx';
import { whatOf } from '../inbox/decide.ts';
import { Decision } from '../inbox/decision.tsx';
import { Elsewhere } from '../inbox/elsewhere.tsx';
import { ProposalList } from '../inbox/proposal-list.tsx';
import { keyOf } from '../inbox/selection.ts';
import { type Inbox, type LastDecision, useInbox } from '../inbox/use-inbox.ts';
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
  const { rows, selected, last, error, reload } = inbox;
  useKeys({ j: () => inbox.move(1), k: () => inbox.move(-1) });

  return (
    <Page title="Inbox" name="Inbox" actions={last !== null && <Last last={last} inbox={inbox} />}>
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
        <Decision
          row={row}
          approved={() => inbox.approved(row)}
          reject={() => inbox.reject(row)}
          gone={inbox.reload}
        />
      )}
    </section>
  );
}

/** What was decided last, and how it is taken back. */
function Last({ last: { row, kind }, inbox }: { last: LastDecision; inbox: Inbox }) {
  const { client } = useApp();
  const places = usePlaces();
  const [undoing, setUndoing] = useState<ThoughtView | null>(null);
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
  useKeys({
    u({ repeat }) {
      if (repeat) return;
      if (kind === 'approved') void undo.run();
      if (kind === 'rejecting') inbox.takeBack();
    },
  });
  return (
    <>
      <span class="last-decided" role="status">
        {kind === 'approved' ? 'Approved' : 'Rejected'}: <VisibleText text={whatOf(row, places)} />
      </span>
      {kind === 'approved' && (
        <Button action={undo} of="u">
          Undo …
        </Button>
      )}
      {kind === 'rejecting' && (
        <Button action={inbox.takeBack} of="u">
          Take it back
        </Button>
      )}
      {kind === 'rejected' && path !== undefined && (
        <Button kind="quiet" action={again}>
          Think about it again
        </Button>
      )}
      {undoing !== null && (
        <UndoDialog thought={undoing} close={() => setUndoing(null)} reload={inbox.reload} />
      )}
    </>
  );
}
