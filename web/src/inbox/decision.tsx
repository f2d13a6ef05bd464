import { useRef, useState } from 'preact/hooks';
import type { ProposalRow, ProposalView } from '../../../src/contract/proposal.ts';
import { useApp } from '../app-context.ts';
import { Button } from '../parts/button.tsx';
import { say, sayProblem } from '../parts/notices.tsx';
import { Problem } from '../parts/problem.tsx';
import { Skeleton } from '../parts/skeleton.tsx';
import { useAction } from '../use-action.ts';
import { useKeys } from '../use-keys.ts';
import { codedOf } from '../use-load.ts';
import { usePlaces } from '../use-places.ts';
import { approve, becameOf, type Decided, reject, whatOf } from './decide.ts';
import { Edit } from './edit.tsx';
import { Proposal, useProposal } from './proposal.tsx';

/** What was decided last. */
export interface LastDecision {
  row: ProposalRow;
  kind: 'approved' | 'rejected';
}

interface DecisionProps {
  row: ProposalRow;
  /** It waits no more; null where somebody else decided. */
  decided(kind: LastDecision['kind'] | null): void;
}

/** One proposal and what is done about it. An approval is of what is shown, and of nothing else. */
export function Decision({ row, decided }: DecisionProps) {
  const { value, error, lookAgain, standing } = useProposal(row);
  if (error !== null && value === null) {
    return (
      <div class="decision">
        <Problem error={error} retry={() => lookAgain('as-shown')} />
      </div>
    );
  }
  if (value === null) {
    return (
      <div class="decision">
        <Skeleton lines={6} what="The proposal" />
      </div>
    );
  }
  return (
    <div class="decision">
      <Shown row={row} view={value} standing={standing} lookAgain={lookAgain} decided={decided} />
    </div>
  );
}

interface ShownProps extends DecisionProps, Pick<ReturnType<typeof useProposal>, 'standing' | 'lookAgain'> {
  view: ProposalView;
}

function Shown({ row, view, standing, lookAgain, decided }: ShownProps) {
  const { client } = useApp();
  const what = whatOf(row, usePlaces());
  const [isEditing, setEditing] = useState(false);

  // What is written in the place of what was proposed; null where that is approved as it is.
  const mine = useRef<string | null>(null);
  const approving = useAction(async () => {
    const { digest, content } = view;
    const other = mine.current === null || mine.current === content ? {} : { content: mine.current };
    return settle(await approve(client, row, { digest: digest ?? '', ...other }));
  });
  const rejecting = useAction(async () => settle(await reject(client, row)));
  const isBusy = approving.isBusy || rejecting.isBusy;
  const canApprove = view.digest !== null && !isBusy;

  function approveAs(content: string | null): void {
    if (!canApprove) return;
    mine.current = content;
    void approving.run();
  }

  function settle(outcome: Decided): string | undefined {
    switch (outcome.kind) {
      case 'changed':
        setEditing(false);
        lookAgain('was-changed');
        return undefined;
      case 'approved':
        decided('approved');
        becameOf(client, row, what).then(say, (error: unknown) => sayProblem(codedOf(error)));
        return undefined;
      case 'rejected':
        decided('rejected');
        return `Rejected: ${what}. Nothing was written.`;
      case 'gone':
        decided(null);
        return outcome.reason;
      default:
        return outcome satisfies never;
    }
  }

  // Held down, a key decides nothing more: the next one was not looked at yet.
  const once = (act: () => void) => (event: KeyboardEvent) => {
    if (!event.repeat && !isBusy && !isEditing) act();
  };
  useKeys({
    a: once(() => approveAs(null)),
    r: once(() => void rejecting.run()),
    e: once(() => setEditing(view.editable)),
  });

  return (
    <>
      <Proposal view={view} standing={standing} lookAgain={() => lookAgain('as-shown')} />
      {isEditing ? (
        <Edit view={view} isBusy={!canApprove} close={() => setEditing(false)} approve={approveAs} />
      ) : (
        <fieldset class="decide">
          <legend class="unseen">Decide</legend>
          <Button kind="main" of="a" isDisabled={!canApprove} action={() => approveAs(null)}>
            Approve
          </Button>
          {view.editable && (
            <Button of="e" isDisabled={isBusy} action={() => setEditing(true)}>
              Edit
            </Button>
          )}
          <Button kind="danger" of="r" isDisabled={isBusy} action={rejecting}>
            Reject
          </Button>
        </fieldset>
      )}
    </>
  );
}
