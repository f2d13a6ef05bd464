import { useState } from 'preact/hooks';
import type { ProposalRow } from '../../../src/contract/proposal.ts';
import type { ThoughtView } from '../../../src/contract/thought-view.ts';
import { useApp } from '../app-context.ts';
import { Decision, type LastDecision } from '../inbox/decision.tsx';
import { ProposalList } from '../inbox/proposal-list.tsx';
import { keyOf } from '../inbox/selection.ts';
import { useInbox } from '../inbox/use-inbox.ts';
import { Button } from '../parts/button.tsx';
import { Empty } from '../parts/empty.tsx';
import { Page } from '../parts/panel.tsx';
import { Problem } from '../parts/problem.tsx';
import { Skeleton } from '../parts/skeleton.tsx';
import { place } from '../place.ts';
import { UndoDialog } from '../thought/undo-dialog.tsx';
import { useAction } from '../use-action.ts';
import { useKeys } from '../use-keys.ts';
import './inbox.css';

/** What waits for a person, one after the other. */
export function InboxPage() {
  const { client } = useApp();
  const inbox = useInbox(place.value.of);
  const [last, setLast] = useState<LastDecision | null>(null);
  const [undoing, setUndoing] = useState<ThoughtView | null>(null);
  const { rows, selected, error, reload } = inbox;

  const undo = useAction(async () => {
    if (last === null) return 'Nothing was decided here yet.';
    if (last.kind === 'rejected') return 'What was rejected stays rejected: let its rule think again.';
    setUndoing(await client.thought(last.row.thought));
    return undefined;
  });
  useKeys({ j: () => inbox.move(1), k: () => inbox.move(-1), u: ({ repeat }) => !repeat && void undo.run() });

  function decided(row: ProposalRow, kind: LastDecision['kind'] | null): void {
    if (kind !== null) setLast({ row, kind });
    inbox.gone(row);
  }

  return (
    <Page title="Inbox" name="Inbox" actions={last !== null && <Last last={last} undo={undo} />}>
      {error !== null && <Problem error={error} retry={reload} />}
      {rows === null && error === null && <Skeleton lines={6} what="The inbox" />}
      {rows?.length === 0 && (
        <Empty title="Nothing waits for you">
          <p>
            What a rule proposes with <code>approve: true</code> comes here, and what would change a file that
            you edited.
          </p>
        </Empty>
      )}
      {rows !== null && selected !== null && (
        <div class="inbox-page">
          <ProposalList rows={rows} selected={selected} select={inbox.select} move={inbox.move} />
          <Decision key={keyOf(selected)} row={selected} decided={(kind) => decided(selected, kind)} />
        </div>
      )}
      {undoing !== null && (
        <UndoDialog
          thought={undoing}
          close={() => setUndoing(null)}
          reload={() => {
            setLast(null);
            reload();
          }}
        />
      )}
    </Page>
  );
}

/** What was decided last, and how it is taken back. */
function Last({ last, undo }: { last: LastDecision; undo: ReturnType<typeof useAction> }) {
  const { client } = useApp();
  const { row, kind } = last;
  const [, path] = /^file:(\/.*)$/s.exec(row.subject) ?? [];
  const again = useAction(async () => {
    const { queued, results } = await client.run({
      rule: row.rule,
      paths: path === undefined ? [] : [path],
      again: true,
    });
    return queued > 0 ? `${row.rule} thinks about it again.` : (results[0]?.reason ?? 'It was not queued.');
  });
  if (kind === 'approved') {
    return (
      <Button kind="quiet" action={undo} of="u">
        Undo the last one
      </Button>
    );
  }
  return path !== undefined ? (
    <Button kind="quiet" action={again}>
      Think again about the rejected one
    </Button>
  ) : null;
}
