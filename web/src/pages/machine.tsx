import { AsOf } from '../as-of.tsx';
import { Holds } from '../machine/holds.tsx';
import { Processes } from '../machine/process-table.tsx';
import { Providers } from '../machine/providers.tsx';
import { Vitals } from '../machine/vitals.tsx';
import { Page } from '../parts/panel.tsx';
import 'uplot/dist/uPlot.min.css';
import './machine.css';

/** The machine that the daemon runs on, and who thinks for it. */
export function MachinePage() {
  return (
    <Page title="Machine" name="Machine">
      <AsOf />
      <Holds />
      <Providers />
      <Vitals />
      <Processes />
    </Page>
  );
}
