import type { StatusView } from '../../../src/contract/status-view.ts';

/** Why ready thoughts of a rule are not claimed just now; null where they are. */
export function heldBy(rule: string, { holds, rules }: Pick<StatusView, 'holds' | 'rules'>): string | null {
  const [first = ''] = rules.find(({ name }) => name === rule)?.models ?? [];
  const [provider] = first.split('/', 1);
  const hold = holds.find(
    ({ what, name }) =>
      what === 'all' || (what === 'rule' && name === rule) || (what === 'provider' && name === provider),
  );
  return hold?.reason ?? null;
}
