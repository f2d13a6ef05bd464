/** What stands for every name beyond the bound. */
const OTHER = 'other';

/** Different names that one label may have: rules and models can be many, and each is a series of its own. */
export const MOST_NAMES = 50;

/** Lets so many different names through, first come first served; the rest are {@link OTHER}. */
export function createBound(most: number = MOST_NAMES): (name: string) => string {
  const known = new Set<string>();
  return (name) => {
    if (known.has(name)) return name;
    if (known.size >= most) return OTHER;
    known.add(name);
    return name;
  };
}
