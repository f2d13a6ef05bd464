/** Steps from the top of a document to a value: map keys and list positions. */
export type KeyPath = readonly (string | number)[];

/** A path as people write it: `lm_studio.timeout`, `outputs.0.write`. */
export function dotted(path: KeyPath): string {
  return path.join('.');
}

/** The value at a path, or undefined where the way there ends early. */
export function valueAt(value: unknown, path: KeyPath): unknown {
  let at = value;
  for (const step of path) {
    if (typeof at !== 'object' || at === null || !Object.hasOwn(at, step)) return undefined;
    at = Object.getOwnPropertyDescriptor(at, step)?.value;
  }
  return at;
}

/** The list at a path; empty where there is none. */
export function listAt(value: unknown, path: KeyPath): unknown[] {
  const list = valueAt(value, path);
  return Array.isArray(list) ? list : [];
}

/** A map, not a list. */
export function isMap(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Whether a value is nested deeper than so many levels. */
export function deeperThan(value: unknown, levels: number): boolean {
  if (typeof value !== 'object' || value === null) return false;
  return levels <= 0 || Object.values(value).some((item) => deeperThan(item, levels - 1));
}
