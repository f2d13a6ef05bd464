import type { CpuTimes, DiskCounters, NetworkCounters } from './counters.ts';

/** The first line of /proc/stat; time of guests is in user time already. */
export function parseCpu(stat: string): CpuTimes | null {
  const line = /^cpu +(.+)$/m.exec(stat)?.[1];
  if (line === undefined) return null;
  const [user = 0, nice = 0, system = 0, idle = 0, iowait = 0, irq = 0, softirq = 0, steal = 0] = line
    .trim()
    .split(/ +/)
    .map(Number);
  const busy = user + nice + system + irq + softirq;
  return { busy, iowait, steal, total: busy + idle + iowait + steal };
}

/** /proc/meminfo as values by key. */
export function parseMemory(meminfo: string): Record<string, number> {
  const bytes = (name: string) => Number(new RegExp(`^${name}: +(\\d+) kB$`, 'm').exec(meminfo)?.[1]) * 1024;
  const [total, swap] = [bytes('MemTotal'), bytes('SwapTotal')];
  const available = bytes('MemAvailable');
  const swapUsed = swap - bytes('SwapFree');
  return onlyFinite({
    'memory.percent': (100 * (total - available)) / total,
    'memory.used_mb': (total - available) / 1e6,
    'memory.available_mb': available / 1e6,
    'swap.percent': swap === 0 ? 0 : (100 * swapUsed) / swap,
    'swap.used_mb': swapUsed / 1e6,
  });
}

/** /proc/loadavg as values by key. */
export function parseLoad(loadavg: string, cores: number): Record<string, number> {
  const [one = Number.NaN, five = Number.NaN, fifteen = Number.NaN] = loadavg
    .split(' ')
    .map(Number.parseFloat);
  return onlyFinite({ 'load.1': one, 'load.5': five, 'load.15': fifteen, 'load.per_cpu': one / cores });
}

/** Sectors of /proc/diskstats, whatever the disk's own are. */
const SECTOR_BYTES = 512;
/** Devices on top of other disks, or in memory: what they do is counted beneath them. */
const NO_DISK = /^(?:loop|ram|zram|dm-|md|sr|fd)\d/;

/** `isWhole`: partitions are counted in their disk. */
export function parseDisks(diskstats: string, isWhole: (name: string) => boolean): Map<string, DiskCounters> {
  const found = new Map<string, DiskCounters>();
  for (const line of diskstats.split('\n')) {
    const fields = line.trim().split(/ +/);
    const name = fields[2];
    if (name === undefined || NO_DISK.test(name) || !isWhole(name)) continue;
    found.set(name, {
      readBytes: Number(fields[5]) * SECTOR_BYTES,
      writtenBytes: Number(fields[9]) * SECTOR_BYTES,
      busyMs: Number(fields[12]),
    });
  }
  return found;
}

/** Interfaces within this machine: what goes through them is counted elsewhere, or goes nowhere. */
const INNER_INTERFACE = /^(?:lo|veth|docker|br-|virbr|vnet|ifb|dummy|tap|sit|ip6tnl|cni|flannel|cali|lxc)/;

/** /proc/net/dev, without interfaces that never carried anything. */
export function parseNetwork(dev: string): Map<string, NetworkCounters> {
  const found = new Map<string, NetworkCounters>();
  for (const line of dev.split('\n')) {
    const [, name, rest] = /^\s*([^:\s]+):(.+)$/.exec(line) ?? [];
    if (name === undefined || rest === undefined || INNER_INTERFACE.test(name)) continue;
    const fields = rest.trim().split(/ +/).map(Number);
    const [inBytes = 0, outBytes = 0] = [fields[0], fields[8]];
    if (inBytes + outBytes > 0) found.set(name, { inBytes, outBytes });
  }
  return found;
}

/** File systems that live on a disk of this machine without a device of that name. */
const LOCAL_TYPES = new Set(['zfs', 'btrfs', 'bcachefs']);
/** File systems that are full by nature. */
const FULL_TYPES = new Set(['squashfs', 'iso9660', 'udf', 'erofs', 'devtmpfs']);
/** Mounts for programs rather than people; containers mount single files on /etc. */
const INNER_MOUNT = /^\/(?:etc|run|proc|sys|dev|snap|var\/lib\/(?:docker|containers|kubelet|snapd))(?:\/|$)/;
const MOST_MOUNTS = 32;

/**
 * Mount points (path texts as the kernel escapes them are turned back into bytes) of local disks that can be written.
 * Network and user-space file systems are left out: they may never answer.
 */
export function parseMounts(mounts: string): Buffer[] {
  const found = new Map<string, Buffer>();
  for (const line of mounts.split('\n')) {
    const [source, at, type, options] = line.split(' ');
    if (source === undefined || at === undefined || type === undefined || options === undefined) continue;
    const isLocal = source.startsWith('/dev/') || LOCAL_TYPES.has(type) || (type === 'overlay' && at === '/');
    if (!isLocal || FULL_TYPES.has(type) || INNER_MOUNT.test(at) || options.split(',').includes('ro'))
      continue;
    found.set(at, unescaped(at));
  }
  return [...found.values()].slice(0, MOST_MOUNTS);
}

/** `\040` stands for a space. The file was read as latin1, so that every byte is a character. */
function unescaped(text: string): Buffer {
  const plain = text.replace(/\\([0-7]{3})/g, (_, digits) => String.fromCharCode(Number.parseInt(digits, 8)));
  return Buffer.from(plain, 'latin1');
}

/** `nvidia-smi --query-gpu=index,utilization.gpu,memory.used,memory.total,temperature.gpu --format=csv,noheader,nounits`. */
export function parseNvidia(csv: string): Record<string, number> {
  const values: Record<string, number> = {};
  for (const line of csv.split('\n')) {
    const [index, percent = Number.NaN, used = Number.NaN, total = Number.NaN, temperature = Number.NaN] =
      line.split(',').map(Number.parseFloat);
    if (index === undefined || Number.isNaN(index)) continue;
    const gpu = `nvidia${index}`;
    values[`gpu.percent ${gpu}`] = percent;
    values[`gpu.memory_percent ${gpu}`] = (100 * used) / total;
    values[`gpu.memory_mb ${gpu}`] = (used * 2 ** 20) / 1e6;
    values[`gpu.temperature ${gpu}`] = temperature;
  }
  return onlyFinite(values);
}

/** Without what could not be read. */
function onlyFinite(values: Readonly<Record<string, number>>): Record<string, number> {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => Number.isFinite(value)));
}
