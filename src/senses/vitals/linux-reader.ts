import { statfs } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import type { Clock } from '../../base/clock.ts';
import { createKernelFiles } from '../kernel-files.ts';
import { type Counters, ratesBetween } from './counters.ts';
import { createDiskSpace } from './disk-space.ts';
import { nvidiaGpus } from './nvidia.ts';
import { parseCpu, parseDisks, parseLoad, parseMemory, parseMounts, parseNetwork } from './parse.ts';
import { sampleOf, type VitalsReader } from './reader.ts';
import { amdGpus, power, temperatures } from './sensors.ts';

export interface LinuxVitalsOptions {
  clock: Clock;
  /** Where /proc and /sys are. Default: `/`. */
  root?: string;
}

/** Reads /proc and /sys: about a millisecond a sample [measured]. */
export function createLinuxVitals({ clock, root = '/' }: LinuxVitalsOptions): VitalsReader {
  const all = createKernelFiles(root);
  const proc = createKernelFiles(join(root, 'proc'));
  const sys = createKernelFiles(join(root, 'sys'));
  const space = createDiskSpace((path) => statfs(path), clock.sleep);
  const cores = availableParallelism();
  let before = counters();

  function counters(): Counters {
    return {
      at: clock.monotonic(),
      cpu: parseCpu(proc.text('stat') ?? ''),
      disks: parseDisks(proc.text('diskstats') ?? '', (name) => sys.exists(`block/${name}`)),
      interfaces: parseNetwork(proc.text('net/dev') ?? ''),
    };
  }

  return {
    async sample() {
      const now = counters();
      const rates = ratesBetween(before, now);
      before = now;
      const mounts = parseMounts(proc.bytes('self/mounts')?.toString('latin1') ?? '');
      const [disks, nvidia] = await Promise.all([space.valuesOf(mounts), nvidiaGpus(all, sys)]);
      return sampleOf(clock.now(), {
        ...rates,
        ...parseLoad(proc.text('loadavg') ?? '', cores),
        ...parseMemory(proc.text('meminfo') ?? ''),
        ...disks,
        ...temperatures(sys),
        ...power(sys),
        ...amdGpus(sys),
        ...nvidia,
      });
    },
  };
}
