import type { ChangeResult } from '../../contract/api.ts';
import { isIdPrefix, notAnId } from './input.ts';

/** What became of each id, in the order given; what cannot be an id is refused without asking the daemon. */
export async function changeEach(
  ids: readonly string[],
  change: (ids: string[]) => Promise<ChangeResult[]>,
): Promise<ChangeResult[]> {
  const able = ids.filter(isIdPrefix).map((id) => id.toLowerCase());
  const changed = able.length === 0 ? [] : await change(able);
  const results: ChangeResult[] = [];
  for (const id of ids) {
    const next = isIdPrefix(id) ? changed.shift() : { id, ok: false, state: null, reason: notAnId(id) };
    if (next !== undefined) results.push(next);
  }
  return [...results, ...changed];
}
