import { useEffect, useRef } from 'preact/hooks';
import type { ProposalRow } from '../../../src/contract/proposal.ts';
import { VisibleText } from '../diff/visible-text.tsx';
import { Button } from '../parts/button.tsx';
import { Time } from '../parts/time.tsx';
import { usePlaces } from '../use-places.ts';
import { whatOf } from './decide.ts';
import { keyOf, type Selected } from './selection.ts';

/** A proposal that is denied by itself so soon asks for a decision. */
const SOON_MS = 86_400_000;

interface ProposalListProps {
  rows: readonly ProposalRow[];
  selected: Selected;
  select(row: ProposalRow): void;
  move(by: 1 | -1): void;
}

/** What waits. Where there is little room, one at a time with a way to the others. */
export function ProposalList({ rows, selected, select, move }: ProposalListProps) {
  const places = usePlaces();
  const key = keyOf(selected.of);
  const at = rows.findIndex((row) => keyOf(row) === key);
  return (
    <nav class="proposals" aria-label="What waits for you">
      <div class="proposals-walk">
        <Button isSmall isDisabled={at === 0} action={() => move(-1)} of="k">
          <span aria-hidden="true">↑</span>
          <span class="unseen">The one before</span>
        </Button>
        <span class="dim number">{at < 0 ? `${rows.length} others` : `${at + 1} of ${rows.length}`}</span>
        <Button isSmall isDisabled={at === rows.length - 1} action={() => move(1)} of="j">
          <span aria-hidden="true">↓</span>
          <span class="unseen">The next one</span>
        </Button>
      </div>
      <p class="unseen" role="status">
        {selected.row === null ? (
          'It waits no more.'
        ) : (
          <>
            {at + 1} of {rows.length}: <VisibleText text={whatOf(selected.row, places)} />
          </>
        )}
      </p>
      <ol>
        {rows.map((row) => (
          <Row key={keyOf(row)} row={row} isSelected={keyOf(row) === key} select={select} />
        ))}
      </ol>
    </nav>
  );
}

function Row({
  row,
  isSelected,
  select,
}: {
  row: ProposalRow;
  isSelected: boolean;
  select(row: ProposalRow): void;
}) {
  const place = useRef<HTMLLIElement>(null);
  const places = usePlaces();
  useEffect(() => {
    if (isSelected) place.current?.scrollIntoView({ block: 'nearest' });
  }, [isSelected]);
  const isSoon = row.expiresAt !== null && Date.parse(row.expiresAt) - Date.now() < SOON_MS;
  return (
    <li ref={place}>
      <button
        type="button"
        class={isSelected ? 'proposal-row selected' : 'proposal-row'}
        aria-current={isSelected}
        onClick={() => select(row)}
      >
        <span class="what">
          <VisibleText text={whatOf(row, places)} />
        </span>
        <span class="dim">
          {row.rule} · <Time at={row.proposedAt} />
        </span>
        {isSoon && row.expiresAt !== null && (
          <span class="warning">
            denied <Time at={row.expiresAt} />
          </span>
        )}
      </button>
    </li>
  );
}
