import { useState } from 'preact/hooks';
import type { UndoResult } from '../../../src/contract/api.ts';
import type { OutputView, ThoughtView } from '../../../src/contract/thought-view.ts';
import { count } from '../../../src/surfaces/cli/phrases.ts';
import { useApp } from '../app-context.ts';
import { VisibleText } from '../diff/visible-text.tsx';
import { Button } from '../parts/button.tsx';
import { Dialog } from '../parts/dialog.tsx';
import { Path } from '../parts/path.tsx';
import { State } from '../parts/state.tsx';
import { useAction } from '../use-action.ts';
import { Target } from './outputs.tsx';

/** Shows first what is taken back, and then what became of each. */
export function UndoDialog({
  thought,
  close,
  reload,
}: {
  thought: ThoughtView;
  close(): void;
  reload(): void;
}) {
  const { client } = useApp();
  const [results, setResults] = useState<readonly UndoResult[] | null>(null);
  const applied = thought.outputs.filter(({ state }) => state === 'applied');
  const undo = useAction(async () => {
    const done = await client.undo({ id: thought.id });
    setResults(done);
    reload();
    return `${count(done.filter(({ undone }) => undone).length, 'output was', 'outputs were')} taken back.`;
  });
  return (
    <Dialog
      title={results === null ? `Take back ${count(applied.length, 'output')}?` : 'What was taken back'}
      close={close}
      actions={
        results === null && (
          <Button kind="main" action={undo}>
            Take back
          </Button>
        )
      }
    >
      {results === null ? (
        <ul class="undo-list">
          {applied.map(({ position, kind, target, mode, source }) => (
            <li key={position}>
              <span class="kind">{kind}</span> <Target target={target} />
              <p class="why">
                <Undone mode={mode} source={source} />
              </p>
            </li>
          ))}
        </ul>
      ) : (
        <ul class="undo-list">
          {results.map(({ position, kind, target, undone, reason }) => (
            <li key={position}>
              <State of={undone ? 'undone' : 'held'}>{undone ? 'undone' : 'stays'}</State>{' '}
              <span class="kind">{kind}</span> <Target target={target} />
              {reason !== '' && (
                <p class="why">
                  <VisibleText text={reason} />
                </p>
              )}
            </li>
          ))}
        </ul>
      )}
    </Dialog>
  );
}

/** What taking it back does. */
function Undone({ mode, source }: Pick<OutputView, 'mode' | 'source'>) {
  switch (mode) {
    case 'create':
      return <>the file is removed</>;
    case 'replace':
      return <>the file is as it was before</>;
    case 'append':
      return <>what was added is taken out</>;
    case 'edit':
      return <>what was changed in it is as it was before</>;
    case 'move':
      return (
        <>
          back to <Path path={source ?? ''} />
        </>
      );
    default:
      return <>what was sent is sent: it stays</>;
  }
}
