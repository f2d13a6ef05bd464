import { useMemo } from 'preact/hooks';
import type { ThoughtRow } from '../../../src/contract/thought-view.ts';
import { useApp } from '../app-context.ts';
import { VisibleText } from '../diff/visible-text.tsx';
import { Button } from '../parts/button.tsx';
import { CommandWords } from '../parts/command.tsx';
import { Empty } from '../parts/empty.tsx';
import { Link } from '../parts/link.tsx';
import { Page } from '../parts/panel.tsx';
import { Path, Subject } from '../parts/path.tsx';
import { Problem } from '../parts/problem.tsx';
import { Skeleton } from '../parts/skeleton.tsx';
import { State } from '../parts/state.tsx';
import { Time } from '../parts/time.tsx';
import { filter as goToFilter, place } from '../place.ts';
import { saidOf } from '../thoughts/facts.ts';
import { filterOf, isNarrow, wantsState } from '../thoughts/filter.ts';
import { FilterBar } from '../thoughts/filter-bar.tsx';
import { useThoughts } from '../thoughts/use-thoughts.ts';
import { usePlaces } from '../use-places.ts';
import './thoughts.css';

/** Thoughts, the newest first, as they change. */
export function ThoughtsPage() {
  const { live } = useApp();
  const { query } = place.value;
  const filter = useMemo(() => filterOf(query), [query]);
  const { list, error, reload, older, more } = useThoughts(filter);
  const places = usePlaces();
  const rules = live.status.value?.rules.map(({ name }) => name).sort() ?? [];
  return (
    <Page title="Thoughts" name="Thoughts">
      <FilterBar filter={filter} rules={rules} change={(next) => goToFilter({ ...next })} />
      {error !== null && <Problem error={error} retry={reload} />}
      {list === null && error === null && <Skeleton lines={8} what="The list" />}
      {list?.rows.length === 0 && <Nothing isNarrow={isNarrow(filter)} />}
      {list !== null && list.rows.length > 0 && (
        <ol class="thoughts" aria-label="Thoughts, the newest first">
          {list.rows.map((row) => (
            <Row key={row.id} row={row} places={places} isGone={!wantsState(filter, row.state)} />
          ))}
        </ol>
      )}
      {older.error !== null && <Problem error={older.error} retry={more} />}
      {list !== null && list.next !== null && (
        <div class="more">
          <Button action={more} isDisabled={older.isLoading}>
            {older.isLoading ? 'Reading older ones …' : 'Show older ones'}
          </Button>
        </div>
      )}
    </Page>
  );
}

/** `isGone`: it has gone on to a state that the list does not ask for; it stays until the list is read anew. */
function Row({ row, places, isGone }: { row: ThoughtRow; places: readonly string[]; isGone: boolean }) {
  const { text, isReason } = saidOf(row);
  return (
    <li>
      <Link page="thoughts" of={row.id} class={isGone ? 'thought-row gone' : 'thought-row'}>
        <State of={row.state} />
        <span class="about">
          {row.context.path === undefined ? (
            <Subject subject={row.context.subject} />
          ) : (
            <Path path={row.context.path} places={places} />
          )}
          <span class={isReason ? 'snippet why' : 'snippet'}>
            <VisibleText text={text} />
          </span>
        </span>
        <span class="rule">
          <VisibleText text={row.rule} />
        </span>
        <Time at={row.timestamp} />
      </Link>
    </li>
  );
}

function Nothing({ isNarrow }: { isNarrow: boolean }) {
  return isNarrow ? (
    <Empty title="No thought is like that">
      <p>None that is kept has this state, rule, time, words and file at once.</p>
    </Empty>
  ) : (
    <Empty title="Nothing was thought about yet">
      <p>
        A thought is made when a rule matches what was perceived: put a file into a watched folder, or ask
        something with <CommandWords line="consciousness think" />.
      </p>
    </Empty>
  );
}
