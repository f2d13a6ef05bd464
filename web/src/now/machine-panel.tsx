import { useEffect } from 'preact/hooks';
import type { StatusView } from '../../../src/contract/status-view.ts';
import type { VitalsSeries, VitalsView } from '../../../src/contract/vitals-view.ts';
import { bytes } from '../../../src/surfaces/cli/phrases.ts';
import { useApp } from '../app-context.ts';
import { Link } from '../parts/link.tsx';
import { Panel } from '../parts/panel.tsx';
import { Skeleton } from '../parts/skeleton.tsx';
import { Sparkline } from '../parts/sparkline.tsx';
import { useLoad } from '../use-load.ts';

/** They are measured once a minute: spans of two leave no gaps. */
const SPAN_MS = 60 * 60_000;
const SPANS = 30;
const AGAIN_MS = 15_000;

/** The machine at a glance: the last hour. */
export function MachinePanel({ status }: { status: StatusView | null }) {
  const { client } = useApp();
  const { value, reload } = useLoad(() => client.vitals({ since: Date.now() - SPAN_MS, spans: SPANS }), []);
  useEffect(() => {
    const timer = setInterval(reload, AGAIN_MS);
    return () => clearInterval(timer);
  }, [reload]);
  return (
    <Panel title="Machine" aside={<Link page="machine">all of it</Link>}>
      {value === null || status === null ? (
        <Skeleton what="How the machine is" />
      ) : (
        <dl class="vitals">
          {glances(value).map(({ title, series, text }) => (
            <div key={title}>
              <dt>{title}</dt>
              <dd>{text}</dd>
              <dd class="course">
                <Sparkline values={series.values} most={100} label={`${title} over the last hour`} />
              </dd>
            </div>
          ))}
          <div>
            <dt>Event loop</dt>
            <dd title="99 of 100 turns of the daemon's loop came no later">
              {status.eventLoopDelayMs.p99.toFixed(1)} ms late
            </dd>
          </div>
          <div>
            <dt>Daemon</dt>
            <dd>
              {Math.round(status.memoryMb)} MB, {bytes(status.storage.databaseBytes)} kept
            </dd>
          </div>
        </dl>
      )}
    </Panel>
  );
}

function glances({ series }: VitalsView): { title: string; series: VitalsSeries; text: string }[] {
  const one = (key: string) => series.filter((each) => each.key === key);
  const disks = series.filter(({ key }) => key.startsWith('disk.percent '));
  const [fullest] = disks.toSorted((a, b) => b.now - a.now);
  const percent = ({ now }: VitalsSeries) => `${Math.round(now)} %`;
  return [
    ...one('cpu.percent').map((cpu) => ({ title: 'CPU', series: cpu, text: percent(cpu) })),
    ...one('memory.percent').map((memory) => ({ title: 'Memory', series: memory, text: percent(memory) })),
    ...(fullest === undefined
      ? []
      : [
          {
            title: `Disk ${fullest.key.slice('disk.percent '.length)}`,
            series: fullest,
            text: percent(fullest),
          },
        ]),
  ];
}
