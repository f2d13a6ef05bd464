import { useState } from 'preact/hooks';
import type { ProposalRow } from '../../../src/contract/proposal.ts';
import { useApp } from '../app-context.ts';
import { type Loaded, useLiveLoad } from '../use-load.ts';
import { keyOf, moved, selectedOf } from './selection.ts';

export interface Inbox extends Omit<Loaded<readonly ProposalRow[]>, 'value'> {
  /** What waits, the oldest first; null before it was read. */
  rows: readonly ProposalRow[] | null;
  selected: ProposalRow | null;
  select(row: ProposalRow): void;
  move(by: 1 | -1): void;
  /** It waits no more: the next one is looked at. */
  gone(row: ProposalRow): void;
}

/** What waits for a person, as it comes and goes, and which of it is looked at. `first`: the key of one to begin with. */
export function useInbox(first: string): Inbox {
  const { client } = useApp();
  const { value, ...loaded } = useLiveLoad(
    () => client.proposals(null),
    [],
    ({ type }) => type === 'output',
  );
  const [at, setAt] = useState({ key: first === '' ? null : first, place: 0 });
  // What was decided goes at once; that the daemon lists it a moment longer changes nothing.
  const [decided, setDecided] = useState<ReadonlySet<string>>(new Set());
  const rows = value?.filter((row) => !decided.has(keyOf(row))) ?? null;
  const selected = rows === null ? null : selectedOf(rows, at.key, at.place);

  function select(row: ProposalRow): void {
    setAt({
      key: keyOf(row),
      place: Math.max(0, rows?.findIndex((each) => keyOf(each) === keyOf(row)) ?? 0),
    });
  }

  return {
    ...loaded,
    rows,
    selected,
    select,
    move(by) {
      const next = moved(rows ?? [], selected, by);
      if (next !== null) select(next);
    },
    gone(row) {
      setAt({ key: null, place: Math.max(0, rows?.findIndex((each) => keyOf(each) === keyOf(row)) ?? 0) });
      setDecided((before) => new Set([...before, keyOf(row)]));
      loaded.reload();
    },
  };
}
