import type { Clock } from '../../base/clock.ts';
import type { VitalsReader } from './reader.ts';

/** The reader for this system: `/proc` and `/sys` on Linux, a library elsewhere. */
export async function createVitalsReader(clock: Clock): Promise<VitalsReader> {
  if (process.platform === 'linux') {
    const { createLinuxVitals } = await import('./linux-reader.ts');
    return createLinuxVitals({ clock });
  }
  const { createLibraryVitals } = await import('./library-reader.ts');
  return createLibraryVitals(clock);
}
