import { closeSync, fsyncSync, openSync, rmSync, writeSync } from 'node:fs';
import { availableParallelism, cpus, loadavg, platform, release, totalmem } from 'node:os';
import { join } from 'node:path';
import { median } from './statistics.ts';

const FSYNCS = 101;

/** Milliseconds that each fsync of a freshly written small file takes on the disk of `folder`. */
export function fsyncTimes(folder: string, count = FSYNCS): number[] {
  const times: number[] = [];
  const content = Buffer.alloc(200, 'x');
  for (let index = 0; index < count; index += 1) {
    const path = join(folder, `fsync-${index}`);
    const file = openSync(path, 'w');
    writeSync(file, content);
    const began = performance.now();
    fsyncSync(file);
    times.push(performance.now() - began);
    closeSync(file);
    rmSync(path);
  }
  return times;
}

/** What the figures were measured on, as one sentence. */
export function machineFacts(folder: string): string {
  const [cpu] = cpus();
  const memory = Math.round(totalmem() / 2 ** 30);
  return [
    `${availableParallelism()} cores (${cpu?.model.trim() || 'unknown processor'}), ${memory} GiB`,
    `fsync of a small file ${median(fsyncTimes(folder)).toFixed(2)} ms (p50)`,
    `${platform()} ${release()}`,
    `Node ${process.versions.node}`,
    `load average at the start ${loadavg()[0]?.toFixed(2)}`,
  ].join('; ');
}
