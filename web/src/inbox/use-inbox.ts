import { useEffect, useMemo, useRef, useState } from 'preact/hooks';
import { systemClock } from '../../../src/base/clock.ts';
import type { ProposalRow } from '../../../src/contract/proposal.ts';
import { useApp } from '../app-context.ts';
import { say, sayProblem } from '../parts/notices.tsx';
import { codedOf, type Loaded, useLiveLoad } from '../use-load.ts';
import { reject } from './decide.ts';
import { createRejections } from './rejections.ts';
import { keyIn, keyOf, type Look, lookAt, moved, type Selected, selectedOf } from './selection.ts';

/** What was decided here last. */
export interface LastDecision {
  row: ProposalRow;
  /** `rejecting`: it is not told to the daemon yet, and can be taken back. */
  kind: 'approved' | 'rejecting' | 'rejected';
}

export interface Inbox extends Omit<Loaded<readonly ProposalRow[]>, 'value'> {
  /** What waits, the oldest first; null before it was read. */
  rows: readonly ProposalRow[] | null;
  selected: Selected | null;
  last: LastDecision | null;
  select(row: ProposalRow): void;
  move(by: 1 | -1): void;
  /** It was approved here: the next one is looked at. */
  approved(row: ProposalRow): void;
  /** Rejects it in a moment, and looks at the next one. */
  reject(row: ProposalRow): void;
  /** Takes the last rejection back, where it was not told yet, and looks at it again. */
  takeBack(): void;
}

/** What waits for a person, as it comes and goes, and which of it is looked at. `first`: the key of one to begin with. */
export function useInbox(first: string): Inbox {
  const { client } = useApp();
  const { value, ...loaded } = useLiveLoad(
    () => client.proposals(null),
    [],
    ({ type }) => type === 'output',
  );
  const look = useRef<Look>({ of: keyIn(first), place: 0 });
  const [last, setLast] = useState<LastDecision | null>(null);
  // What was decided here goes at once; that the daemon lists it a moment longer changes nothing.
  const [decided, setDecided] = useState<ReadonlySet<string>>(new Set());
  const [, drawAgain] = useState({});

  const rejections = useMemo(() => createRejections({ clock: systemClock, reject: tell }), []);
  const { reload } = loaded;
  useEffect(() => {
    const leave = () => rejections.now();
    window.addEventListener('pagehide', leave);
    return () => {
      window.removeEventListener('pagehide', leave);
      leave();
    };
  }, [rejections]);

  async function tell(row: ProposalRow): Promise<void> {
    try {
      const outcome = await reject(client, row);
      if (outcome.kind === 'gone') say(outcome.reason);
      settle(row);
      setLast((now) => (now?.row === row ? { row, kind: 'rejected' } : now));
    } catch (error) {
      // It waits on, and is shown again.
      sayProblem(codedOf(error));
      setLast((now) => (now?.row === row ? null : now));
    }
    reload();
  }

  const hidden = new Set([...decided, ...rejections.rows.value.map(keyOf)]);
  const rows = value?.filter((row) => !hidden.has(keyOf(row))) ?? null;
  if (rows !== null) look.current = lookAt(rows, look.current);

  function settle(row: ProposalRow): void {
    setDecided((before) => new Set([...before, keyOf(row)]));
  }

  function lookOn(next: Partial<Look>): void {
    look.current = { ...look.current, ...next };
    drawAgain({});
  }

  return {
    ...loaded,
    rows,
    selected: rows === null ? null : selectedOf(rows, look.current),
    last,
    select: (row) => lookOn({ of: row }),
    move(by) {
      const next = moved(rows ?? [], look.current, by);
      if (next !== null) lookOn({ of: next });
    },
    approved(row) {
      setLast({ row, kind: 'approved' });
      settle(row);
      lookOn({ of: null });
      reload();
    },
    reject(row) {
      setLast({ row, kind: 'rejecting' });
      rejections.hold(row);
      lookOn({ of: null });
    },
    takeBack() {
      const row = rejections.rows.value.at(-1);
      if (row === undefined || !rejections.takeBack(row)) return;
      const before = rejections.rows.value.at(-1);
      setLast(before === undefined ? null : { row: before, kind: 'rejecting' });
      lookOn({ of: row });
    },
  };
}
