/** Counters that only grow, as read at one instant: rates come from two of these. */
export interface Counters {
  /** Monotonic milliseconds. */
  at: number;
  cpu: CpuTimes | null;
  disks: Map<string, DiskCounters>;
  interfaces: Map<string, NetworkCounters>;
}

/** Clock ticks. */
export interface CpuTimes {
  busy: number;
  iowait: number;
  steal: number;
  total: number;
}

export interface DiskCounters {
  readBytes: number;
  writtenBytes: number;
  busyMs: number;
}

export interface NetworkCounters {
  inBytes: number;
  outBytes: number;
}

/** What happened between two readings, by key. What a counter that began again would say is left out. */
export function ratesBetween(before: Counters, now: Counters): Record<string, number> {
  const values: Record<string, number> = {};
  const seconds = (now.at - before.at) / 1000;
  if (!(seconds > 0)) return values;
  if (before.cpu && now.cpu) {
    const total = now.cpu.total - before.cpu.total;
    const share = (what: keyof CpuTimes) =>
      now.cpu && before.cpu ? (100 * (now.cpu[what] - before.cpu[what])) / total : 0;
    if (total > 0) {
      values['cpu.percent'] = within(share('busy'));
      values['cpu.iowait_percent'] = within(share('iowait'));
      values['cpu.steal_percent'] = within(share('steal'));
    }
  }
  const rate = (key: string, from: number, to: number) => {
    if (to >= from) values[key] = (to - from) / 1e6 / seconds;
  };
  for (const [name, disk] of now.disks) {
    const was = before.disks.get(name);
    if (!was) continue;
    rate(`disk.read_mb_s ${name}`, was.readBytes, disk.readBytes);
    rate(`disk.write_mb_s ${name}`, was.writtenBytes, disk.writtenBytes);
    if (disk.busyMs >= was.busyMs)
      values[`disk.busy_percent ${name}`] = within((disk.busyMs - was.busyMs) / seconds / 10);
  }
  for (const [name, network] of now.interfaces) {
    const was = before.interfaces.get(name);
    if (!was) continue;
    rate(`network.in_mb_s ${name}`, was.inBytes, network.inBytes);
    rate(`network.out_mb_s ${name}`, was.outBytes, network.outBytes);
  }
  return values;
}

/** The kernel's counters may step back a little. */
function within(percent: number): number {
  return Math.min(100, Math.max(0, percent));
}
