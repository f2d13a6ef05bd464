import type { Clock } from '../../base/clock.ts';
import type { ProcessReader } from './reader.ts';

/** The reader for this system: `/proc` on Linux, a library elsewhere. */
export async function createProcessReader(clock: Clock): Promise<ProcessReader> {
  if (process.platform === 'linux') {
    const { createLinuxReader } = await import('./linux-reader.ts');
    return createLinuxReader({ clock });
  }
  const { createLibraryReader } = await import('./library-reader.ts');
  return createLibraryReader(clock);
}
