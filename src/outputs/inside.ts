import type { Disk } from '../base/disk.ts';
import { CodedError, systemCode } from '../base/errors.ts';
import { toFs } from '../base/path-text.ts';

/** The declared root that a path is beneath, by its text alone. Throws `output-escapes`. */
export function rootOf(path: string, roots: readonly string[]): string {
  const root = roots.find((each) => isBeneath(path, each));
  if (root !== undefined && !path.split('/').includes('..')) return root;
  throw escapes(path, roots, 'the path');
}

/**
 * Checks that a folder really is inside its root once every link is followed: the deepest part of it that exists
 * is. False where the folder itself does not exist yet. Throws `output-escapes`, and `output-held` while the root
 * itself is not there.
 */
export async function assertReallyInside(disk: Disk, folder: string, root: string): Promise<boolean> {
  const realRoot = await realpathOrNull(disk, root);
  if (realRoot === null) {
    throw new CodedError('output-held', `the output root ${root} is not there`, {
      value: root,
      next: `create it: mkdir -p ${root}`,
      retryable: true,
    });
  }
  let existing = folder;
  let real = existing === root ? realRoot : await realpathOrNull(disk, existing);
  while (real === null && existing !== root) {
    existing = existing.slice(0, existing.lastIndexOf('/'));
    real = await realpathOrNull(disk, existing);
  }
  if (real === null || !isReallyBeneath(real, realRoot)) throw escapes(folder, [root], 'the folder really');
  return existing === folder;
}

function isBeneath(path: string, root: string): boolean {
  return path.startsWith(root.endsWith('/') ? root : `${root}/`);
}

/** The root itself or within it. */
function isReallyBeneath(real: Buffer, root: Buffer): boolean {
  if (!real.subarray(0, root.length).equals(root)) return false;
  return real.length === root.length || root.at(-1) === SLASH || real[root.length] === SLASH;
}

const SLASH = 0x2f;

async function realpathOrNull(disk: Disk, path: string): Promise<Buffer | null> {
  try {
    return await disk.realpath(toFs(path));
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return null;
    throw error;
  }
}

function escapes(path: string, roots: readonly string[], what: string): CodedError {
  return new CodedError('output-escapes', `${what} is outside every output root: ${path}`, {
    value: path,
    allowed: roots.length > 0 ? `beneath ${roots.join(', ')}` : 'nothing: output_roots is empty',
    next: 'change the path in the rule, or declare its folder in output_roots',
  });
}
