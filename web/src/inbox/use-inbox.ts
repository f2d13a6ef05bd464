import { useEffect, useMemo, useRef, useState } from 'preact/hooks';
import { systemClock } from '../../../src/base/clock.ts';
import { CodedError } from '../../../src/base/errors.ts';
import type { FollowedEvent } from '../../../src/contract/live-event.ts';
import type { ProposalRow } from '../../../src/contract/proposal.ts';
import { useApp } from '../app-context.ts';
import { sayProblem } from '../parts/notices.tsx';
import { codedOf, type Loaded, useLiveLoad } from '../use-load.ts';
import { usePlaces } from '../use-places.ts';
import { reject, whatOf } from './decide.ts';
import { type DecisionMade, withDecision, withoutDecision } from './decisions.ts';
import { drafts } from './drafts.ts';
import { createRejections } from './rejections.ts';
import { keyIn, keyOf, type Look, lookAt, moved, type Selected, selectedOf } from './selection.ts';

export interface Inbox extends Omit<Loaded<readonly ProposalRow[]>, 'value'> {
  /** What waits, the oldest first; null before it was read. */
  rows: readonly ProposalRow[] | null;
  selected: Selected | null;
  /** What was decided here, the last one last. */
  made: readonly DecisionMade[];
  select(row: ProposalRow): void;
  move(by: 1 | -1): void;
  /** It was approved here, as it was shown: the next one is looked at, where it still was. */
  approved(row: ProposalRow): void;
  /** Rejects it in a moment, and looks at the next one. */
  reject(row: ProposalRow): void;
  /** Takes a rejection back that was not told yet, and looks at it again. */
  takeBack(row: ProposalRow): void;
  /** What came of the decision was taken back. */
  undone(row: ProposalRow): void;
}

type Rows = readonly ProposalRow[] | null;

/** What waits for a person, as it comes and goes, and which of it is looked at. `first`: the key of one to begin with. */
export function useInbox(first: string): Inbox {
  const { client } = useApp();
  const { value, ...loaded } = useLiveLoad(() => client.proposals(null), [], isOfProposals);
  const { reload } = loaded;
  const look = useRef<Look>({ of: keyIn(first), place: 0 });
  const [made, setMade] = useState<readonly DecisionMade[]>([]);
  // What was decided is not shown again by a list that was read before.
  const [gone, setGone] = useState<{ of: Rows; keys: readonly string[] }>({ of: null, keys: [] });
  const [, drawAgain] = useState({});
  const list = useRef<Rows>(value);
  list.current = value;
  const places = useRef<readonly string[]>([]);
  places.current = usePlaces();

  const rejections = useMemo(() => createRejections({ clock: systemClock, reject: tell }), []);
  useEffect(() => {
    const leave = () => rejections.now();
    window.addEventListener('pagehide', leave);
    return () => {
      window.removeEventListener('pagehide', leave);
      leave();
    };
  }, [rejections]);

  async function tell(row: ProposalRow): Promise<void> {
    const outcome = await reject(client, row).catch(codedOf);
    if (!(outcome instanceof CodedError) && outcome.kind === 'rejected') {
      drafts.keep(keyOf(row), null);
      settle(row);
      setMade((before) => withDecision(before, { row, kind: 'rejected' }));
    } else {
      // It waits on and is shown again, or somebody else has decided.
      const why = outcome instanceof CodedError ? `${outcome.message}. It waits on` : outcome.reason;
      sayProblem(new CodedError('not-rejected', `Not rejected: ${whatOf(row, places.current)}: ${why}.`));
      setMade((before) => withoutDecision(before, row));
    }
    reload();
  }

  const isOld = gone.of === value;
  const hidden = new Set([...(isOld ? gone.keys : []), ...rejections.rows.value.map(keyOf)]);
  const rows = value?.filter((row) => !hidden.has(keyOf(row))) ?? null;
  if (rows !== null) look.current = lookAt(rows, look.current);

  function settle(row: ProposalRow): void {
    const of = list.current;
    setGone((before) => ({ of, keys: [...(before.of === of ? before.keys : []), keyOf(row)] }));
  }

  function lookOn(next: Partial<Look>): void {
    look.current = { ...look.current, ...next };
    drawAgain({});
  }

  /** The next one, where nobody has gone on to another by now. */
  function leave(row: ProposalRow): void {
    const { of } = look.current;
    if (of !== null && keyOf(of) === keyOf(row)) lookOn({ of: null });
  }

  return {
    ...loaded,
    rows,
    selected: rows === null ? null : selectedOf(rows, look.current),
    made,
    select: (row) => lookOn({ of: row }),
    move(by) {
      const next = moved(rows ?? [], look.current, by);
      if (next !== null) lookOn({ of: next });
    },
    approved(row) {
      setMade((before) => withDecision(before, { row, kind: 'approved' }));
      settle(row);
      leave(row);
      reload();
    },
    reject(row) {
      setMade((before) => withDecision(before, { row, kind: 'rejecting' }));
      rejections.hold(row);
      leave(row);
    },
    takeBack(row) {
      if (!rejections.takeBack(row)) return;
      setMade((before) => withoutDecision(before, row));
      lookOn({ of: row });
    },
    undone(row) {
      setMade((before) => withoutDecision(before, row));
      reload();
    },
  };
}

/** Proposals come with the state of their thought, and go with their own. */
function isOfProposals(event: FollowedEvent): boolean {
  return event.type === 'output' || (event.type === 'state' && event.state === 'proposed');
}
