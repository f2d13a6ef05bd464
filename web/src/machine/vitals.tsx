import { useEffect, useMemo, useState } from 'preact/hooks';
import { useApp } from '../app-context.ts';
import { Empty } from '../parts/empty.tsx';
import { Panel } from '../parts/panel.tsx';
import { Problem } from '../parts/problem.tsx';
import { Skeleton } from '../parts/skeleton.tsx';
import { useLiveLoad } from '../use-load.ts';
import { chartsOf, fittingRange, RANGES, type RangeKey, timesOf } from './charts.ts';

/** Vitals are measured each minute. */
const AGAIN_MS = 60_000;
/** Looked at first, where there is so much. */
const USUAL: RangeKey = '6h';

/** What was measured of this machine, as charts. */
export function Vitals() {
  const { client } = useApp();
  const [chosen, setChosen] = useState<RangeKey | null>(null);
  const [fitting, setFitting] = useState<RangeKey>(USUAL);
  const key = chosen ?? fitting;
  const range = RANGES.find((each) => each.key === key) ?? RANGES[0];
  const { value, error, isLoading, reload } = useLiveLoad(
    () => client.vitals({ since: Date.now() - range.ms, spans: range.spans }),
    [key],
    () => false,
  );
  useEffect(() => {
    if (value !== null && chosen === null && fitting === USUAL) setFitting(fittingRange(value, USUAL));
  }, [value]);
  useEffect(() => {
    const timer = setInterval(() => document.visibilityState === 'visible' && reload(), AGAIN_MS);
    return () => clearInterval(timer);
  }, [reload]);
  // What draws them is a third of the whole page's script: it comes when somebody looks.
  const drawing = useLiveLoad(
    () => import('./chart.tsx'),
    [],
    () => false,
  );
  const ChartPanel = drawing.value?.ChartPanel ?? null;
  const charts = useMemo(() => (value === null ? [] : chartsOf(value)), [value]);
  const times = useMemo(() => (value === null ? [] : timesOf(value)), [value]);
  return (
    <Panel
      title="Vitals"
      aside={
        <fieldset class="segments">
          <legend class="unseen">How far back</legend>
          {RANGES.map((each) => (
            <label key={each.key}>
              <input
                type="radio"
                name="range"
                checked={each.key === key}
                onChange={() => setChosen(each.key)}
              />
              <span>{each.label}</span>
            </label>
          ))}
        </fieldset>
      }
    >
      {error !== null && <Problem error={error} retry={reload} />}
      {value === null && error === null && <Skeleton lines={6} what="What was measured" />}
      {value !== null && charts.length === 0 && (
        <Empty title="Nothing was measured in that time">
          <p>The daemon measures this machine once a minute while it runs.</p>
        </Empty>
      )}
      {error === null && drawing.error !== null && <Problem error={drawing.error} retry={drawing.reload} />}
      {charts.length > 0 && ChartPanel !== null && (
        <div class="charts" aria-busy={isLoading}>
          {charts.map((chart) => (
            <ChartPanel key={chart.title} chart={chart} times={times} />
          ))}
        </div>
      )}
    </Panel>
  );
}
