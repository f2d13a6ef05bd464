import { realpath } from 'node:fs';
import { CodedError, systemCode } from '../base/errors.ts';
import { fromFs, toFs } from '../base/path-text.ts';

/** The declared root that a path is beneath, by its text alone. Throws `output-escapes`. */
export function rootOf(path: string, roots: readonly string[]): string {
  const root = roots.find((each) => isBeneath(path, each));
  if (root !== undefined && !path.split('/').includes('..')) return root;
  throw escapes(path, roots, 'the path');
}

/**
 * Checks that a folder really is inside its root once every link is followed: the deepest part of it that exists
 * is. Throws `output-escapes`, and `output-held` while the root itself is not there.
 */
export async function assertReallyInside(folder: string, root: string): Promise<void> {
  const realRoot = await realpathOrNull(root);
  if (realRoot === null) {
    throw new CodedError('output-held', `the output root ${root} is not there`, {
      value: root,
      next: `create it: mkdir -p ${root}`,
      retryable: true,
    });
  }
  let existing = folder;
  let real = existing === root ? realRoot : await realpathOrNull(existing);
  while (real === null && existing !== root) {
    existing = existing.slice(0, existing.lastIndexOf('/'));
    real = await realpathOrNull(existing);
  }
  if (real === null || (real !== realRoot && !isBeneath(real, realRoot)))
    throw escapes(folder, [root], 'the folder really');
}

function isBeneath(path: string, root: string): boolean {
  return path.startsWith(root.endsWith('/') ? root : `${root}/`);
}

/** One call of the system's own; the promise one reads every link on the way, in a call each. */
function systemRealpath(path: string | Buffer): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    realpath.native(path, { encoding: 'buffer' }, (error, real) => (error ? reject(error) : resolve(real)));
  });
}

async function realpathOrNull(path: string): Promise<string | null> {
  try {
    return fromFs(await systemRealpath(toFs(path)));
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
