import { availableParallelism, loadavg } from 'node:os';
import type { Clock } from '../../base/clock.ts';
import { type Counters, ratesBetween } from './counters.ts';
import { parseLoad } from './parse.ts';
import { sampleOf, type VitalsReader } from './reader.ts';

/** File systems that no person fills. */
const INNER = /^(?:devfs|devtmpfs|tmpfs|autofs|overlay|squashfs|nfs|smbfs|cifs|afpfs)$/i;
const INNER_MOUNT = /^\/(?:System\/Volumes\/(?!Data$)|dev|private\/var\/vm)/;

/** The reader for macOS and Windows, over the library `systeminformation`. */
export function createLibraryVitals(clock: Clock): VitalsReader {
  let before: Counters | null = null;

  return {
    async sample() {
      const { battery, cpuTemperature, currentLoad, fsSize, fsStats, mem, networkStats } = await import(
        'systeminformation'
      );
      // One after the other: each starts programs of the system.
      const load = await currentLoad();
      const memory = await mem();
      const charge = await battery();
      const temperature = await cpuTemperature();
      // Windows counts no bytes of a disk here, only requests.
      const io = process.platform === 'win32' ? null : await fsStats().catch(() => null);
      const now: Counters = {
        at: clock.monotonic(),
        cpu: null,
        disks: new Map(io ? [['all', { readBytes: io.rx, writtenBytes: io.wx, busyMs: 0 }]] : []),
        interfaces: new Map(
          (await networkStats()).map(({ iface, rx_bytes, tx_bytes }) => [
            iface,
            { inBytes: rx_bytes, outBytes: tx_bytes },
          ]),
        ),
      };
      const rates = before === null ? {} : ratesBetween(before, now);
      before = now;
      delete rates['disk.busy_percent all'];
      const values: Record<string, number> = {
        ...rates,
        ...(process.platform === 'win32' ? {} : parseLoad(loadavg().join(' '), availableParallelism())),
        'cpu.percent': load.currentLoad,
        'memory.percent': (100 * (memory.total - memory.available)) / memory.total,
        'memory.used_mb': (memory.total - memory.available) / 1e6,
        'memory.available_mb': memory.available / 1e6,
        'swap.percent': memory.swaptotal === 0 ? 0 : (100 * memory.swapused) / memory.swaptotal,
        'swap.used_mb': memory.swapused / 1e6,
        'temperature cpu': temperature.main > 0 ? temperature.main : Number.NaN,
        'battery.percent': charge.hasBattery ? charge.percent : Number.NaN,
        on_ac: !charge.hasBattery || charge.acConnected ? 1 : 0,
      };
      for (const { mount, type, size, used, available } of await fsSize()) {
        if (INNER.test(type) || INNER_MOUNT.test(mount) || size === 0) continue;
        values[`disk.percent ${mount}`] = (100 * used) / (used + available);
        values[`disk.free_gb ${mount}`] = available / 1e9;
      }
      return sampleOf(clock.now(), values);
    },
  };
}
