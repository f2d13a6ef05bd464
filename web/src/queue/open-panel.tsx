import { useState } from 'preact/hooks';
import type { ThoughtRow } from '../../../src/contract/thought-view.ts';
import { placesOf } from '../../../src/surfaces/place.ts';
import { useApp } from '../app-context.ts';
import { VisibleText } from '../diff/visible-text.tsx';
import { Button } from '../parts/button.tsx';
import { Empty } from '../parts/empty.tsx';
import { Link } from '../parts/link.tsx';
import { Panel } from '../parts/panel.tsx';
import { Subject } from '../parts/path.tsx';
import { Problem } from '../parts/problem.tsx';
import { Skeleton } from '../parts/skeleton.tsx';
import { State } from '../parts/state.tsx';
import { Table } from '../parts/table.tsx';
import { Time } from '../parts/time.tsx';
import { useAction } from '../use-action.ts';
import { useLiveLoad } from '../use-load.ts';
import { changedText } from './changed-text.ts';
import { isOfQueue } from './of-queue.ts';

const STATES = ['running', 'ready', 'waiting'] as const;
const SHOWN = 20;

/** Thoughts that are under way: each can be cancelled. */
export function OpenPanel() {
  const { client, live } = useApp();
  const [state, setState] = useState<(typeof STATES)[number]>('running');
  const { value, error, reload } = useLiveLoad(
    () => client.thoughts({ state, limit: SHOWN }),
    [state],
    isOfQueue,
  );
  const status = live.status.value;
  const places = status === null ? [] : placesOf(status);
  return (
    <Panel
      title="Under way"
      aside={
        <fieldset class="segments">
          <legend class="unseen">State</legend>
          {STATES.map((each) => (
            <label key={each}>
              <input
                type="radio"
                name="open-state"
                checked={state === each}
                onChange={() => setState(each)}
              />
              <span>{each}</span>
            </label>
          ))}
        </fieldset>
      }
    >
      {error !== null && <Problem error={error} retry={reload} />}
      {value === null && error === null && <Skeleton what={`What is ${state}`} lines={4} />}
      {value?.items.length === 0 && <Empty title={`Nothing is ${state}`} />}
      {value !== null && value.items.length > 0 && (
        <>
          <Table
            caption={`Thoughts that are ${state}, the newest first`}
            rows={value.items}
            keyOf={({ id }) => id}
            columns={[
              {
                title: 'about',
                isWide: true,
                cell: ({ id, context, reason }: ThoughtRow) => (
                  <>
                    <Link page="thoughts" of={id}>
                      <Subject subject={context.subject} places={places} />
                    </Link>
                    {reason !== '' && (
                      <span class="faint reason">
                        <VisibleText text={reason} />
                      </span>
                    )}
                  </>
                ),
              },
              { title: 'rule', cell: ({ rule }) => <span class="mono">{rule}</span>, isExtra: true },
              { title: 'state', cell: (row) => <State of={row.state} />, isExtra: true },
              { title: 'made', cell: ({ timestamp }) => <Time at={timestamp} /> },
              { title: 'cancel', isBare: true, cell: ({ id }) => <Cancel id={id} reload={reload} /> },
            ]}
          />
          {value.next !== null && (
            <p class="more">
              <Link page="thoughts" query={{ state }}>
                all that are {state}
              </Link>
            </p>
          )}
        </>
      )}
    </Panel>
  );
}

function Cancel({ id, reload }: { id: string; reload(): void }) {
  const { client } = useApp();
  const cancel = useAction(async () => {
    const results = await client.cancel([id]);
    reload();
    return changedText(results, 'cancelled');
  });
  return (
    <Button isSmall action={cancel} label="Cancel this thought">
      Cancel
    </Button>
  );
}
