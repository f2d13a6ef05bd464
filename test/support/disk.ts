import { createDisks } from '../../src/base/disk.ts';

/** Reaches disks as the daemon does. */
export const diskOf = createDisks(() => performance.now());
