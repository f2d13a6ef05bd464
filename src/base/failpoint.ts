/** Where a test may have put its hook: only something loaded before us can have. */
const HOOK = Symbol.for('consciousness.failpoint');

/**
 * A named place between two steps that a crash must be allowed to come between. Nothing happens here, unless a
 * test has hung a hook on the global symbol before this program was loaded: then it is called with the name, and may
 * end or stop the process, or throw.
 */
export function failpoint(name: string): void {
  const hook: unknown = Reflect.get(globalThis, HOOK);
  if (typeof hook === 'function') hook(name);
}
