import { useState } from 'preact/hooks';
import type { ThoughtView } from '../../../src/contract/thought-view.ts';
import { useApp } from '../app-context.ts';
import { Button } from '../parts/button.tsx';
import { go } from '../place.ts';
import { movesOf } from '../thoughts/facts.ts';
import { useAction } from '../use-action.ts';
import { useFocusKept } from '../use-focus-kept.ts';
import { UndoDialog } from './undo-dialog.tsx';

interface ActionsProps {
  thought: ThoughtView;
  isComparing: boolean;
  compare(): void;
  reload(): void;
}

/** What a person may do about a thought. */
export function Actions({ thought, isComparing, compare, reload }: ActionsProps) {
  const { client } = useApp();
  const [isUndoing, setUndoing] = useState(false);
  const { canRetry, canCancel, canUndo } = movesOf(thought);
  const ids = [thought.id];
  useFocusKept([isUndoing, isComparing, canRetry, canCancel, canUndo]);

  const retry = useAction(async () => {
    const [result] = await client.retry({ ids });
    if (result?.replayedAs !== undefined) {
      go({ page: 'thoughts', of: result.replayedAs });
      return 'Its rule has changed since: this is the new thought.';
    }
    reload();
    return result === undefined || result.ok ? 'It is thought about again.' : result.reason;
  });
  const cancel = useAction(async () => {
    const [result] = await client.cancel(ids);
    reload();
    return result === undefined || result.ok ? 'It is cancelled.' : result.reason;
  });

  return (
    <>
      {canRetry && (
        <Button kind="main" action={retry}>
          Retry
        </Button>
      )}
      <Button action={compare} isPressed={isComparing}>
        Compare models
      </Button>
      {canUndo && <Button action={() => setUndoing(true)}>Undo …</Button>}
      {canCancel && (
        <Button kind="danger" action={cancel}>
          Cancel
        </Button>
      )}
      {isUndoing && <UndoDialog thought={thought} close={() => setUndoing(false)} reload={reload} />}
    </>
  );
}
