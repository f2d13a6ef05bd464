import type { Disk } from '../base/disk.ts';
import { CodedError, systemCode } from '../base/errors.ts';
import { toFs } from '../base/path-text.ts';

/** Where roots really are, every link followed: as they were found first, whatever their paths lead to by then. */
export interface RealRoots {
  /** Throws `output-held` while the root is not there. */
  of(disk: Disk, root: string): Promise<Buffer>;
  /** Why a folder of this root is found elsewhere: the root itself is. Null where it stays where it was. */
  whyMoved(disk: Disk, root: string): Promise<CodedError | null>;
}

/** Roots that are declared anew (another array) are looked for anew. */
export function createRealRoots(declared: () => readonly unknown[]): RealRoots {
  let found = new Map<string, Buffer>();
  let of: readonly unknown[] | null = null;

  return {
    async of(disk, root) {
      const now = declared();
      if (now !== of) found = new Map();
      of = now;
      const known = found.get(root);
      if (known !== undefined) return known;
      const real = await realpathOrNull(disk, root);
      if (real === null) throw notThere(root);
      found.set(root, real);
      return real;
    },
    async whyMoved(disk, root) {
      const real = await realpathOrNull(disk, root);
      if (real === null) return notThere(root);
      const before = found.get(root);
      if (before === undefined || before.equals(real)) return null;
      return new CodedError('output-held', `the root ${root} leads to another folder than before: ${real}`, {
        value: root,
        allowed: String(before),
        next: 'if it is to lead there, restart the daemon or save config.yaml',
        retryable: true,
      });
    },
  };
}

function notThere(root: string): CodedError {
  return new CodedError('output-held', `the output root ${root} is not there`, {
    value: root,
    next: `create it: mkdir -p ${root}`,
    retryable: true,
  });
}

async function realpathOrNull(disk: Disk, path: string): Promise<Buffer | null> {
  try {
    return await disk.realpath(toFs(path));
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return null;
    throw error;
  }
}
