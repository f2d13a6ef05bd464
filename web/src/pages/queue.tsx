import { useApp } from '../app-context.ts';
import { AsOf } from '../as-of.tsx';
import { Page } from '../parts/panel.tsx';
import { Problem } from '../parts/problem.tsx';
import { PauseButton } from '../pause.tsx';
import { DeadPanel } from '../queue/dead-panel.tsx';
import { LanesPanel } from '../queue/lanes-panel.tsx';
import { isOfQueue } from '../queue/of-queue.ts';
import { OpenPanel } from '../queue/open-panel.tsx';
import { StatesStrip } from '../queue/states-strip.tsx';
import { useLiveLoad } from '../use-load.ts';
import '../queue/queue.css';

/** Where thoughts stand: how many and since when, who thinks them, and those that were given up. */
export function QueuePage() {
  const { client } = useApp();
  const { value, error, reload } = useLiveLoad(client.queue, [], isOfQueue);
  return (
    <Page title="Queue" name="Queue" actions={<PauseButton />}>
      {value !== null && <AsOf />}
      {error !== null && <Problem error={error} retry={reload} />}
      <StatesStrip queue={value} />
      <div class="queue-grid">
        <LanesPanel queue={value} />
        <OpenPanel />
      </div>
      <DeadPanel />
    </Page>
  );
}
