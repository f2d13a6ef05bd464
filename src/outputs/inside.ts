import { CodedError } from '../base/errors.ts';

/** The declared root that a path is beneath, by its text alone. Throws `output-escapes`. */
export function rootOf(path: string, roots: readonly string[]): string {
  const root = roots.find((each) => isBeneath(path, each));
  if (root !== undefined && !path.split('/').includes('..')) return root;
  throw escapes(path, roots, 'the path');
}

/** By the text alone. */
export function isBeneath(path: string, root: string): boolean {
  return path.startsWith(root.endsWith('/') ? root : `${root}/`);
}

/** Of real paths: the root itself or within it. */
export function isReallyBeneath(real: Buffer, root: Buffer): boolean {
  if (!real.subarray(0, root.length).equals(root)) return false;
  return real.length === root.length || root.at(-1) === SLASH || real[root.length] === SLASH;
}

const SLASH = 0x2f;

export function escapes(path: string, roots: readonly string[], what: string): CodedError {
  return new CodedError('output-escapes', `${what} is outside every output root: ${path}`, {
    value: path,
    allowed: roots.length > 0 ? `beneath ${roots.join(', ')}` : 'nothing: output_roots is empty',
    next: 'change the path in the rule, or declare its folder in output_roots',
  });
}
