import { useRef, useState } from 'preact/hooks';
import type { ProposalRow, ProposalView } from '../../../src/contract/proposal.ts';
import { useApp } from '../app-context.ts';
import { Button } from '../parts/button.tsx';
import { say, sayProblem } from '../parts/notices.tsx';
import { Problem } from '../parts/problem.tsx';
import { Skeleton } from '../parts/skeleton.tsx';
import { useAction } from '../use-action.ts';
import { useFocusKept } from '../use-focus-kept.ts';
import { useKeys } from '../use-keys.ts';
import { codedOf } from '../use-load.ts';
import { usePlaces } from '../use-places.ts';
import { type Approved, approve, becameOf, whatOf } from './decide.ts';
import { drafts } from './drafts.ts';
import { Edit } from './edit.tsx';
import { Proposal, useProposal } from './proposal.tsx';
import { keyOf } from './selection.ts';
import { useSeen } from './use-seen.ts';

interface DecisionProps {
  row: ProposalRow;
  /** It is approved, and waits no more. */
  approved(): void;
  /** It is to be denied. */
  reject(): void;
  /** Somebody else decided: what waits is to be read again. */
  gone(): void;
}

/** One proposal and what is done about it. An approval is of what is shown, and of nothing else. */
export function Decision(props: DecisionProps) {
  const { value, error, lookAgain, standing } = useProposal(props.row);
  if (error !== null && value === null) return <Problem error={error} retry={() => lookAgain('as-shown')} />;
  if (value === null) return <Skeleton lines={6} what="The proposal" />;
  return <Shown {...props} view={value} standing={standing} lookAgain={lookAgain} />;
}

interface ShownProps extends DecisionProps, Pick<ReturnType<typeof useProposal>, 'standing' | 'lookAgain'> {
  view: ProposalView;
}

function Shown({ row, view, standing, lookAgain, approved, reject, gone }: ShownProps) {
  const { client } = useApp();
  const what = whatOf(row, usePlaces());
  const [isEditing, setEditing] = useState(view.editable && drafts.of(keyOf(row)) !== null);
  const isSeen = useSeen();
  useFocusKept([isEditing], '.decide');

  // What is written in the place of what was proposed; null where that is approved as it is.
  const mine = useRef<string | null>(null);
  const approving = useAction(async () => {
    const { digest, content } = view;
    const other = mine.current === null || mine.current === content ? {} : { content: mine.current };
    return settle(await approve(client, row, { digest: digest ?? '', ...other }));
  });
  const canDecide = isSeen && !approving.isBusy;
  const canApprove = canDecide && view.digest !== null;

  function approveAs(content: string | null): void {
    if (!canApprove) return;
    mine.current = content;
    void approving.run();
  }

  function settle(outcome: Approved): string | undefined {
    switch (outcome.kind) {
      case 'changed':
        setEditing(false);
        lookAgain('was-changed');
        return undefined;
      case 'approved':
        drafts.keep(keyOf(row), null);
        approved();
        becameOf(client, row, what).then(say, (error: unknown) => sayProblem(codedOf(error)));
        return undefined;
      case 'gone':
        gone();
        return outcome.reason;
      default:
        return outcome satisfies never;
    }
  }

  // Held down, a key decides nothing more: the next one was not looked at yet.
  const once = (act: () => void) => (event: KeyboardEvent) => {
    if (!event.repeat && canDecide && !isEditing) act();
  };
  useKeys({
    a: once(() => approveAs(null)),
    r: once(reject),
    e: once(() => setEditing(view.editable)),
  });

  return (
    <>
      <Proposal view={view} standing={standing} lookAgain={() => lookAgain('as-shown')} />
      {isEditing ? (
        <Edit view={view} isBusy={!canApprove} close={() => setEditing(false)} approve={approveAs} />
      ) : (
        <fieldset class="decide" tabIndex={-1}>
          <legend class="unseen">Decide</legend>
          <Button kind="main" of="a" isDisabled={!canApprove} action={() => approveAs(null)}>
            Approve
          </Button>
          {view.editable && (
            <Button of="e" isDisabled={!canDecide} action={() => setEditing(true)}>
              Edit
            </Button>
          )}
          <Button kind="danger" of="r" isDisabled={!canDecide} action={reject}>
            Reject
          </Button>
        </fieldset>
      )}
    </>
  );
}
