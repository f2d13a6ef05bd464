import type { StatusView } from '../../src/contract/status-view.ts';
import { useApp } from './app-context.ts';
import { Button } from './parts/button.tsx';
import { useAction } from './use-action.ts';

/** Pauses everything, or lets it go on. */
export function PauseButton({ isSmall = false }: { isSmall?: boolean }) {
  const { client, live } = useApp();
  const status = live.status.value;
  const isPaused = status !== null && isAllPaused(status);
  const change = useAction(async () => {
    await (isPaused ? client.resume(null) : client.pause(null));
    live.hurry();
    return isPaused ? 'Thinking goes on' : 'Paused: what runs is finished, and nothing more is begun';
  });
  return (
    <Button
      action={change}
      isSmall={isSmall}
      isDisabled={status === null}
      isPressed={isPaused}
      kind={isPaused ? 'main' : 'plain'}
    >
      {isPaused ? 'Resume everything' : 'Pause everything'}
    </Button>
  );
}

/** Whether a person has paused everything. */
function isAllPaused({ holds }: StatusView): boolean {
  return holds.some(({ what }) => what === 'all');
}
