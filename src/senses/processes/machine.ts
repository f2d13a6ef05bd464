import { endianness } from 'node:os';
import type { KernelFiles } from '../kernel-files.ts';

/** What turns the kernel's units into ours; the same until the machine starts again. */
export interface Machine {
  pageBytes: number;
  ticksPerSecond: number;
  /** When it started, epoch milliseconds. */
  startedAt: number;
  /** Another after each start of the machine; empty where it does not say. */
  boot: string;
}

const AT_PAGESZ = 6;
const AT_CLKTCK = 17;
const USUAL = { pageBytes: 4096, ticksPerSecond: 100 } as const;

/** `now`: epoch milliseconds. */
export function readMachine(proc: KernelFiles, now: number): Machine {
  const length = proc.read('self/auxv');
  const facts = length === null ? USUAL : parseAuxv(proc.buffer.subarray(0, length));
  const uptime = Number.parseFloat(proc.text('uptime') ?? '');
  const boot = (proc.text('sys/kernel/random/boot_id') ?? '').slice(0, 8);
  return { ...facts, startedAt: startOf(proc.text('stat') ?? '', uptime, now), boot };
}

/** The auxiliary vector of a 64-bit process: pairs of words; see getauxval(3). */
export function parseAuxv(bytes: Buffer): Pick<Machine, 'pageBytes' | 'ticksPerSecond'> {
  const word = (at: number) =>
    Number(endianness() === 'LE' ? bytes.readBigUInt64LE(at) : bytes.readBigUInt64BE(at));
  const found = new Map<number, number>();
  for (let at = 0; at + 16 <= bytes.length; at += 16) found.set(word(at), word(at + 8));
  return {
    pageBytes: found.get(AT_PAGESZ) || USUAL.pageBytes,
    ticksPerSecond: found.get(AT_CLKTCK) || USUAL.ticksPerSecond,
  };
}

/** `btime` knows the second; the uptime knows it to a hundredth, unless a container shows its own. */
function startOf(stat: string, uptimeSeconds: number, now: number): number {
  const seconds = Number(/^btime (\d+)$/m.exec(stat)?.[1]);
  const byUptime = now - uptimeSeconds * 1000;
  if (!(seconds > 0)) return Number.isFinite(byUptime) ? byUptime : 0;
  return Math.abs(byUptime - seconds * 1000) < 2000 ? byUptime : seconds * 1000;
}
