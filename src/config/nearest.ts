import { distance } from 'fastest-levenshtein';

/** The known name most like an unknown one, or null where none is like it. Case and `-` for `_` cost nothing. */
export function nearest(unknown: string, known: readonly string[]): string | null {
  // Comparing is quadratic; no known name is nearly as long.
  if (unknown.length > 100) return null;
  const plain = simplify(unknown);
  let best: string | null = null;
  let least = Math.max(2, Math.floor(plain.length / 3)) + 1;
  for (const name of known) {
    const far = distance(plain, simplify(name));
    if (far < least && far < name.length) {
      least = far;
      best = name;
    }
  }
  return best;
}

function simplify(name: string): string {
  return name.toLowerCase().replaceAll('-', '_');
}
