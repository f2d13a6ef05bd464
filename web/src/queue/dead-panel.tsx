import { useEffect, useState } from 'preact/hooks';
import type { ThoughtRow } from '../../../src/contract/thought-view.ts';
import { count } from '../../../src/surfaces/cli/phrases.ts';
import { placesOf } from '../../../src/surfaces/place.ts';
import { useApp } from '../app-context.ts';
import { visibleWords } from '../diff/visible.ts';
import { VisibleText } from '../diff/visible-text.tsx';
import { Button } from '../parts/button.tsx';
import { Dialog } from '../parts/dialog.tsx';
import { Empty } from '../parts/empty.tsx';
import { Link } from '../parts/link.tsx';
import { Panel } from '../parts/panel.tsx';
import { Subject } from '../parts/path.tsx';
import { Problem } from '../parts/problem.tsx';
import { Skeleton } from '../parts/skeleton.tsx';
import { Table } from '../parts/table.tsx';
import { Time } from '../parts/time.tsx';
import { useAction } from '../use-action.ts';
import { useLiveLoad } from '../use-load.ts';
import { changedText } from './changed-text.ts';

const SHOWN = 50;
/** The API changes no more at a time by id. */
const MOST = 1000;

/** Thoughts that were given up, each with the reason: what was put right can be thought again. */
export function DeadPanel() {
  const { client, live } = useApp();
  const [limit, setLimit] = useState(SHOWN);
  const { value, error, reload } = useLiveLoad(
    () => client.thoughts({ state: 'dead', limit }),
    [limit],
    (event) => event.type === 'state',
  );
  const [chosen, setChosen] = useState<ReadonlySet<string>>(new Set());
  const [isAsking, setAsking] = useState(false);
  const items = value?.items ?? [];
  useEffect(() => {
    const there = items.filter(({ id }) => chosen.has(id)).map(({ id }) => id);
    if (there.length < chosen.size) setChosen(new Set(there));
  }, [value]);
  const status = live.status.value;
  const places = status === null ? [] : placesOf(status);
  const all = status?.queue.dead ?? items.length;

  const replay = useAction(async () => {
    const results = await client.retry({ ids: [...chosen] });
    reload();
    return changedText(results, 'replayed');
  });
  const replayAll = useAction(async () => {
    setAsking(false);
    const results = await client.retry({ dead: true });
    reload();
    return changedText(results, 'replayed');
  });
  const toggle = (id: string) => {
    const next = new Set(chosen);
    if (!next.delete(id)) next.add(id);
    setChosen(next);
  };

  return (
    <Panel
      title="Dead letters"
      aside={
        items.length > 0 && (
          <>
            <label class="check">
              <input
                type="checkbox"
                checked={chosen.size === items.length}
                onChange={() =>
                  setChosen(new Set(chosen.size === items.length ? [] : items.map(({ id }) => id)))
                }
              />
              all shown
            </label>
            <Button isSmall action={replay} isDisabled={chosen.size === 0}>
              {chosen.size === 0 ? 'Replay' : `Replay ${chosen.size}`}
            </Button>
            <Button isSmall kind="main" action={() => setAsking(true)}>
              {`Replay all ${all.toLocaleString('en-US')}`}
            </Button>
          </>
        )
      }
    >
      {error !== null && <Problem error={error} retry={reload} />}
      {value === null && error === null && <Skeleton what="What was given up" lines={4} />}
      {value !== null && items.length === 0 && (
        <Empty title="Nothing was given up">
          <p>A thought that cannot be thought ends here, with the reason, and can be replayed.</p>
        </Empty>
      )}
      {items.length > 0 && (
        <Table
          caption="Thoughts that were given up, the newest first"
          rows={items}
          keyOf={({ id }) => id}
          isSelected={({ id }) => chosen.has(id)}
          columns={[
            {
              title: 'choose',
              isBare: true,
              cell: ({ id, context }: ThoughtRow) => (
                <input
                  type="checkbox"
                  aria-label={`Choose the thought about ${visibleWords(context.subject)}`}
                  checked={chosen.has(id)}
                  onChange={() => toggle(id)}
                />
              ),
            },
            {
              title: 'about, and why it was given up',
              isWide: true,
              cell: ({ id, context, reason }) => (
                <>
                  <Link page="thoughts" of={id}>
                    <Subject subject={context.subject} places={places} />
                  </Link>
                  <span class="reason">
                    <VisibleText text={reason} />
                  </span>
                </>
              ),
            },
            { title: 'rule', cell: ({ rule }) => <span class="mono">{rule}</span>, isExtra: true },
            { title: 'made', cell: ({ timestamp }) => <Time at={timestamp} />, isExtra: true },
            { title: 'replay', isBare: true, cell: ({ id }) => <Replay id={id} reload={reload} /> },
          ]}
        />
      )}
      {value?.next != null && limit < MOST && (
        <p class="more">
          <Button kind="quiet" isSmall action={() => setLimit(Math.min(MOST, limit * 2))}>
            Show more
          </Button>
        </p>
      )}
      {isAsking && (
        <Dialog
          title={`Replay ${count(all, 'thought')}?`}
          close={() => setAsking(false)}
          actions={
            <Button kind="main" action={replayAll}>
              Replay all
            </Button>
          }
        >
          <p>
            Each is thought again from its captured text. That asks the model as many times, also where a call
            costs.
          </p>
        </Dialog>
      )}
    </Panel>
  );
}

function Replay({ id, reload }: { id: string; reload(): void }) {
  const { client } = useApp();
  const replay = useAction(async () => {
    const results = await client.retry({ ids: [id] });
    reload();
    return changedText(results, 'replayed');
  });
  return (
    <Button isSmall action={replay} label="Replay this thought">
      Replay
    </Button>
  );
}
