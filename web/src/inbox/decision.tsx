import { useRef, useState } from 'preact/hooks';
import { CodedError } from '../../../src/base/errors.ts';
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
  /** It is approved as it was shown, and waits no more. */
  approved(shown: ProposalRow): void;
  /** It is to be denied. */
  reject(): void;
  /** Somebody else decided: what waits is to be read again. */
  gone(): void;
}

/** One proposal and what is done about it. An approval is of what is shown, and of nothing else. */
export function Decision(props: DecisionProps) {
  const { value, error, isLoading, lookAgain, standing } = useProposal(props.row);
  if (value === null) {
    return error === null ? (
      <Skeleton lines={6} what="The proposal" />
    ) : (
      <Problem error={error} retry={() => lookAgain(false)} />
    );
  }
  return (
    <>
      {error !== null && <Problem error={error} retry={() => lookAgain(standing.wasChanged)} />}
      <Shown
        {...props}
        view={value}
        isCurrent={!isLoading && error === null}
        standing={standing}
        lookAgain={lookAgain}
      />
    </>
  );
}

interface ShownProps extends DecisionProps, Pick<ReturnType<typeof useProposal>, 'standing' | 'lookAgain'> {
  view: ProposalView;
  /** It is not being read again. */
  isCurrent: boolean;
}

function Shown({ row, view, isCurrent, standing, lookAgain, approved, reject, gone }: ShownProps) {
  const { client, live } = useApp();
  const what = whatOf(view, usePlaces());
  const draft = drafts.of(keyOf(row));
  /** `asked`: by whoever is here now, who goes on typing. */
  const [editing, setEditing] = useState<'asked' | 'found' | null>(
    view.editable && draft !== null ? 'found' : null,
  );
  const [isWhole, setWhole] = useState(view.after === null);
  const isSeen = useSeen();
  useFocusKept([editing], '.decide');

  // What is written in the place of what was proposed; null where that is approved as it is.
  const mine = useRef<string | null>(null);
  const approving = useAction(async () => {
    const { digest, content } = view;
    const other = mine.current === null || mine.current === content ? {} : { content: mine.current };
    settle(await approve(client, row, { digest: digest ?? '', ...other }));
    return undefined;
  });
  const isAway = live.connection.value.kind !== 'live';
  const canDecide = isSeen && isCurrent && !isAway && !approving.isBusy;
  const canApprove = canDecide && view.digest !== null && isWhole;

  function approveAs(content: string | null): void {
    if (!canApprove) return;
    mine.current = content;
    void approving.run();
  }

  /** Said in any case: somebody may look at another one by now. */
  function settle(outcome: Approved): void {
    const notApproved = (why: string) =>
      sayProblem(new CodedError(`proposal-${outcome.kind}`, `Not approved: ${what}: ${why}.`));
    if (outcome.kind === 'changed') {
      lookAgain(true);
      notApproved('it had changed');
    } else if (outcome.kind === 'gone') {
      gone();
      notApproved(outcome.reason);
    } else {
      drafts.keep(keyOf(row), null);
      approved(view);
      becameOf(client, view, what).then(say, (error: unknown) => sayProblem(codedOf(error)));
    }
  }

  // Held down, a key decides nothing more: the next one was not looked at yet.
  const once = (act: () => void) => (event: KeyboardEvent) => {
    if (!event.repeat && canDecide && editing === null) act();
  };
  useKeys({
    a: once(() => approveAs(null)),
    r: once(reject),
    e: once(() => view.editable && setEditing('asked')),
  });

  return (
    <>
      <Proposal view={view} standing={standing} lookAgain={() => lookAgain(false)} whole={setWhole} />
      {editing !== null ? (
        <Edit
          view={view}
          isBusy={!canApprove}
          takesFocus={editing === 'asked'}
          close={() => setEditing(null)}
          approve={approveAs}
        />
      ) : (
        <fieldset class="decide" tabIndex={-1}>
          <legend class="unseen">Decide</legend>
          <Button kind="main" of="a" isDisabled={!canApprove} action={() => approveAs(null)}>
            {draft === null ? 'Approve' : 'Approve as proposed'}
          </Button>
          {view.editable && (
            <Button of="e" isDisabled={!canDecide} action={() => setEditing('asked')}>
              {draft === null ? 'Edit' : 'Go on with what you wrote'}
            </Button>
          )}
          <Button kind="danger" of="r" isDisabled={!canDecide} action={reject}>
            Reject
          </Button>
        </fieldset>
      )}
      {!isWhole && <p class="not-whole">It can be approved once all of its lines are shown.</p>}
    </>
  );
}
