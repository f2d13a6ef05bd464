import { useApp } from '../app-context.ts';
import { AsOf } from '../as-of.tsx';
import { Counts } from '../now/counts.tsx';
import { FirstRun, isFirstRun } from '../now/first-run.tsx';
import { FlowPanel } from '../now/flow-panel.tsx';
import { HeldPanel } from '../now/held-panel.tsx';
import { MachinePanel } from '../now/machine-panel.tsx';
import { moodOf } from '../now/mood.ts';
import { ServersPanel } from '../now/servers-panel.tsx';
import { TroublePanel } from '../now/trouble-panel.tsx';
import { Page } from '../parts/panel.tsx';
import { PauseButton } from '../pause.tsx';
import '../now/now.css';

/** What goes on: from what is perceived to what is written, what is held and why, and the machine beside it. */
export function NowPage() {
  const status = useApp().live.status.value;
  return (
    <Page title="Now" name="Now" lead={status === null ? '' : moodOf(status)} actions={<PauseButton />}>
      <AsOf />
      <Counts status={status} />
      <div class="now">
        <div class="column">
          {status !== null && isFirstRun(status) && <FirstRun status={status} />}
          <FlowPanel />
        </div>
        <div class="column">
          <HeldPanel status={status} />
          <TroublePanel status={status} />
          <ServersPanel status={status} />
          <MachinePanel status={status} />
        </div>
      </div>
    </Page>
  );
}
