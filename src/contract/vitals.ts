export interface Metric {
  name: string;
  /** What it is of, where a machine may have several: a `mount point`, a `disk`, …; empty where there is one. */
  of: '' | 'mount point' | 'disk' | 'interface' | 'sensor' | 'gpu';
  unit: '%' | 'MB' | 'GB' | 'MB/s' | '°C' | '';
  means: string;
}

/** Every metric of the vitals, with MB of 10^6 and GB of 10^9 bytes. What a machine cannot read is not in its samples. */
export const VITALS_METRICS: readonly Metric[] = [
  metric('cpu.percent', '%', 'processor time in use, of all cores together; waiting for disks is not use'),
  metric('cpu.iowait_percent', '%', 'processor time without work while a disk was waited for (Linux)'),
  metric('cpu.steal_percent', '%', 'processor time that the host gave to other virtual machines (Linux)'),
  metric('load.1', '', 'threads that run or want to, over the last minute (not on Windows)'),
  metric('load.5', '', 'the same over 5 minutes'),
  metric('load.15', '', 'the same over 15 minutes'),
  metric('load.per_cpu', '', '`load.1` for each core: above 1 there is more work than cores'),
  metric('memory.percent', '%', 'memory in use: all but what is available'),
  metric('memory.used_mb', 'MB', 'the same in MB'),
  metric('memory.available_mb', 'MB', 'what programs can still get without swapping'),
  metric('swap.percent', '%', 'swap in use; 0 where there is none'),
  metric('swap.used_mb', 'MB', 'the same in MB'),
  metric('disk.percent', '%', 'space in use, as `df` reckons it', 'mount point'),
  metric('disk.free_gb', 'GB', 'space that is left for you', 'mount point'),
  metric('disk.inodes_percent', '%', 'file entries in use, where they are limited', 'mount point'),
  metric('disk.read_mb_s', 'MB/s', 'read since the last sample', 'disk'),
  metric('disk.write_mb_s', 'MB/s', 'written since the last sample', 'disk'),
  metric('disk.busy_percent', '%', 'time with at least one request under way (Linux)', 'disk'),
  metric('network.in_mb_s', 'MB/s', 'received since the last sample', 'interface'),
  metric('network.out_mb_s', 'MB/s', 'sent since the last sample', 'interface'),
  metric('temperature', '°C', 'the hottest reading of a sensor; `cpu` is the processor', 'sensor'),
  metric('battery.percent', '%', 'charge; absent where there is no battery'),
  metric('on_ac', '', '1 on mains power or without a battery, 0 on battery'),
  metric('gpu.percent', '%', 'time that it was at work (NVIDIA with nvidia-smi; AMD on Linux)', 'gpu'),
  metric('gpu.memory_percent', '%', 'memory in use', 'gpu'),
  metric('gpu.memory_mb', 'MB', 'the same in MB', 'gpu'),
  metric('gpu.temperature', '°C', 'its temperature', 'gpu'),
];

function metric(name: string, unit: Metric['unit'], means: string, of: Metric['of'] = ''): Metric {
  return { name, of, unit, means };
}

export function keyOf(metric: string, of = ''): string {
  return of === '' ? metric : `${metric} ${of}`;
}

/** The metric of a key and what it is of; empty where there is one only. */
export function partsOf(key: string): { metric: string; of: string } {
  const at = key.indexOf(' ');
  return at < 0 ? { metric: key, of: '' } : { metric: key.slice(0, at), of: key.slice(at + 1) };
}

/** The table's line about a key; null for what is no metric. */
export function metricOf(key: string): Metric | null {
  return BY_NAME.get(partsOf(key).metric) ?? null;
}

const BY_NAME = new Map(VITALS_METRICS.map((each) => [each.name, each]));
