import { useState } from 'preact/hooks';
import type { ThoughtView } from '../../../src/contract/thought-view.ts';
import { short } from '../../../src/surfaces/cli/phrases.ts';
import { useApp } from '../app-context.ts';
import { VisibleText } from '../diff/visible-text.tsx';
import { Copy } from '../parts/copy.tsx';
import { Link } from '../parts/link.tsx';
import { Page } from '../parts/panel.tsx';
import { Problem } from '../parts/problem.tsx';
import { Skeleton } from '../parts/skeleton.tsx';
import { State } from '../parts/state.tsx';
import { Time } from '../parts/time.tsx';
import { place } from '../place.ts';
import { Actions } from '../thought/actions.tsx';
import { Compare } from '../thought/compare.tsx';
import { Timeline } from '../thought/timeline.tsx';
import { useWords } from '../thought/use-words.ts';
import { movesOf, titleOf } from '../thoughts/facts.ts';
import { useLiveLoad } from '../use-load.ts';
import './thought.css';

/** One thought with everything that it came from and that came of it. */
export function ThoughtPage() {
  const { client } = useApp();
  const { of } = place.value;
  const { value, error, reload } = useLiveLoad(
    () => client.thought(of),
    [of],
    (event) => 'thought' in event && event.type !== 'token' && event.thought.startsWith(of),
  );
  if (value !== null) return <Whole thought={value} reload={reload} />;
  return (
    <Page title="Thought" name="Thought">
      {error === null ? <Skeleton lines={8} what="The thought" /> : <Problem error={error} retry={reload} />}
    </Page>
  );
}

function Whole({ thought, reload }: { thought: ThoughtView; reload(): void }) {
  const [isComparing, setComparing] = useState(false);
  const words = useWords(thought.id, movesOf(thought).isUnderWay, reload);
  const title = titleOf(thought);
  return (
    <Page
      title={<VisibleText text={title} />}
      name={title}
      actions={
        <Actions
          thought={thought}
          isComparing={isComparing}
          compare={() => setComparing(!isComparing)}
          reload={reload}
        />
      }
    >
      <p class="thought-line" role="status">
        <State of={thought.state} />
        <Link page="rules" of={thought.rule}>
          <VisibleText text={thought.rule} />
        </Link>
        <Time at={thought.timestamp} />
        <span class="dim">
          <code title={thought.id}>{short(thought.id)}</code>
          <Copy text={thought.id} what="its id" />
        </span>
        {troubleOf(thought) !== '' && <span class="dim">{troubleOf(thought)}</span>}
      </p>
      {isComparing && <Compare thought={thought.id} close={() => setComparing(false)} />}
      <Timeline thought={thought} words={words} />
    </Page>
  );
}

function troubleOf({ crashes, failures, parts }: ThoughtView): string {
  return [
    crashes > 0 ? `${crashes} crashed` : '',
    failures > 0 ? `${failures} failed` : '',
    parts > 0 ? `${parts} parts read` : '',
  ]
    .filter(Boolean)
    .join(', ');
}
