import { useMemo, useState } from 'preact/hooks';
import type { StatusView } from '../../../src/contract/status-view.ts';
import { useApp } from '../app-context.ts';
import { VisibleText } from '../diff/visible-text.tsx';
import { Button } from '../parts/button.tsx';
import { Empty } from '../parts/empty.tsx';
import { Panel } from '../parts/panel.tsx';
import { Skeleton } from '../parts/skeleton.tsx';
import { usePlaces } from '../use-places.ts';
import type { Thing } from './flow.ts';
import { ThingRow } from './thing-row.tsx';

/** Drawn at first, and so many more each time that somebody asks; in one column, other panels come beneath. */
const SHOWN = 30;
const SHOWN_NARROW = 8;

/** What was perceived, and step by step what comes of it. */
export function FlowPanel() {
  const { live, flow } = useApp();
  const [isAll, setAll] = useState(false);
  const [most, setMost] = useState(() => (matchMedia('(max-width: 1100px)').matches ? SHOWN_NARROW : SHOWN));
  const status = live.status.value;
  const places = usePlaces();
  const things = flow.things.value;
  const unmatched = things.filter(isUnmatched).length;
  const shown = isAll ? things : things.filter((thing) => !isUnmatched(thing));
  return (
    <Panel
      title="What happens"
      aside={
        unmatched > 0 && (
          <Button kind="quiet" isSmall isPressed={isAll} action={() => setAll(!isAll)}>
            {isAll ? 'Hide what no rule is about' : `Show ${unmatched} that no rule is about`}
          </Button>
        )
      }
    >
      {shown.length === 0 ? (
        flow.isSeeded.value ? (
          <Nothing status={status} />
        ) : (
          <Skeleton what="What has happened" lines={5} />
        )
      ) : (
        <ol class="flow">
          {shown.slice(0, most).map((thing) => (
            <Row key={thing.key} thing={thing} places={places} />
          ))}
        </ol>
      )}
      {shown.length > most && (
        <Button kind="quiet" action={() => setMost(most + SHOWN)}>
          Show more
        </Button>
      )}
    </Panel>
  );
}

/** Drawn again only when it is another thing: most of them stay as they are when something happens. */
function Row({ thing, places }: { thing: Thing; places: readonly string[] }) {
  return useMemo(() => <ThingRow thing={thing} places={places} />, [thing, places]);
}

function Nothing({ status }: { status: StatusView | null }) {
  const roots = status?.senses.flatMap((sense) => sense.roots) ?? [];
  const [first] = roots;
  return (
    <Empty title="Nothing has happened yet">
      {first === undefined ? (
        <p>What is perceived appears here, with every step from there to what is written.</p>
      ) : (
        <p>
          Put a file into{' '}
          <code>
            <VisibleText text={first.path} />
          </code>
          {roots.length > 1 && ' or another watched folder'}: it appears here, with every step from there to
          what is written.
        </p>
      )}
    </Empty>
  );
}

function isUnmatched({ rules, thoughts }: Thing): boolean {
  return rules.length === 0 && thoughts.length === 0;
}
