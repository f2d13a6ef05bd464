import { metricOf } from '../../../contract/vitals.ts';
import type { Context } from '../command.ts';
import { count } from '../phrases.ts';
import { type Finding, ok, warn } from './finding.ts';

/** What a machine may not tell, by the first part of the metric's name. */
const OFTEN_MISSING = ['temperature', 'battery', 'gpu'];

/** What the senses of processes and vitals can perceive on this machine. */
export async function senseFindings(context: Context): Promise<Finding[]> {
  const { signal } = context;
  const [sample, { processes }] = await Promise.all([
    context.lookAtVitals(signal),
    context.lookAtProcesses({ tree: false, connections: false, signal }),
  ]);
  const keys = Object.keys(sample.values);
  const metrics = new Set(keys.map((key) => metricOf(key)?.name ?? key));
  const missing = OFTEN_MISSING.filter((part) => ![...metrics].some((name) => name.startsWith(part)));
  const without = missing.length === 0 ? '' : `; this machine tells no ${missing.join(', ')}`;
  const seen = count(processes.length, 'process', 'processes');
  // The first process is root's: where it is hidden, so are all others.
  const isHidden =
    context.platform === 'linux' && processes.length > 0 && !processes.some(({ pid }) => pid === 1);
  return [
    ok('vitals', `${count(metrics.size, 'metric')}${without}`),
    isHidden
      ? warn(
          'processes',
          `${seen} of your own; those of other users are hidden (/proc is mounted with hidepid)`,
          'rules can be about your own processes; for others, mount /proc without hidepid',
        )
      : ok('processes', seen),
  ];
}
