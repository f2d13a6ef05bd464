import { replayedAs } from '../../../src/contract/replayed.ts';
import type { ThoughtView } from '../../../src/contract/thought-view.ts';
import { count, short } from '../../../src/surfaces/cli/phrases.ts';
import { VisibleText } from '../diff/visible-text.tsx';
import { Link } from '../parts/link.tsx';
import { Path, Subject } from '../parts/path.tsx';
import { Time } from '../parts/time.tsx';
import { Answer } from './answer.tsx';
import { Attempt } from './attempt.tsx';
import { eventFacts } from './event-facts.ts';
import { Excerpt } from './long-text.tsx';
import { Outputs } from './outputs.tsx';
import { Facts, Step } from './step.tsx';
import type { Words } from './words.ts';

/** The whole way of a thought: from what was perceived to what was written. */
export function Timeline({ thought, words }: { thought: ThoughtView; words: Words }) {
  const { event, attempts, outputs, answer, removed } = thought;
  const running = thought.state === 'running' ? attempts.at(-1)?.number : undefined;
  return (
    <ol class="timeline">
      <Perceived thought={thought} />
      <Matched thought={thought} />
      <Captured thought={thought} />
      {thought.prompt !== null && (
        <Step title="Asked" tone="good" note={`${thought.prompt.length.toLocaleString('en')} characters`}>
          <Excerpt text={thought.prompt} what="the prompt" />
        </Step>
      )}
      {removed.includes('prompt') && (
        <Step title="Asked" tone="quiet" note="the prompt was removed by retention" />
      )}
      {thought.state === 'ready' && attempts.length === 0 && (
        <Step
          title="Ready"
          tone="next"
          note={<VisibleText text={words.held === '' ? 'its turn comes next' : `held: ${words.held}`} />}
        />
      )}
      {attempts.map((attempt) => (
        <Attempt
          key={attempt.number}
          attempt={attempt}
          after={event.at}
          words={attempt.number === running ? words : null}
        />
      ))}
      {thought.state === 'ready' && attempts.length > 0 && (
        <Step
          title="Ready again"
          tone="next"
          note={<VisibleText text={words.held === '' ? thought.reason : `held: ${words.held}`} />}
        />
      )}
      {answer !== null && answer !== undefined && (
        <Step
          title="Answered"
          tone="good"
          note={thought.reusedFrom === null ? undefined : <Reused from={thought.reusedFrom} />}
        >
          <Answer answer={answer} />
        </Step>
      )}
      {outputs.length > 0 && (
        <Step title="Outputs" tone={toneOfOutputs(outputs)} note={count(outputs.length, 'output')}>
          <Outputs thought={thought.id} outputs={outputs} />
        </Step>
      )}
      <End thought={thought} />
      <TakenBack thought={thought} />
    </ol>
  );
}

function Perceived({ thought: { event, context } }: { thought: ThoughtView }) {
  return (
    <Step
      title="Perceived"
      tone="good"
      at={event.at}
      note={
        <>
          {event.kind} <span class="dim">#{event.seq}</span>
        </>
      }
    >
      <p class="step-subject">
        {context.path === undefined ? <Subject subject={context.subject} /> : <Path path={context.path} />}
      </p>
      {event.data.from !== undefined && (
        <p>
          moved from <Path path={event.data.from} />
        </p>
      )}
      <Facts facts={eventFacts(event.data)} />
      {event.data.text !== undefined && <Excerpt text={event.data.text} what="the request" />}
    </Step>
  );
}

function Matched({ thought }: { thought: ThoughtView }) {
  const { rule, ruleVersion, timestamp, event, state, settleUntil } = thought;
  return (
    <Step
      title="Matched"
      tone="good"
      at={timestamp}
      after={event.at}
      note={
        <>
          <Link page="rules" of={rule}>
            <VisibleText text={rule} />
          </Link>{' '}
          <span class="dim" title={ruleVersion}>
            version {short(ruleVersion)}
          </span>
        </>
      }
    >
      {state === 'waiting' && settleUntil !== null ? (
        <p class="dim">
          Waits until it is quiet: ready <Time at={settleUntil} />
        </p>
      ) : undefined}
    </Step>
  );
}

function Captured({ thought: { captured, removed } }: { thought: ThoughtView }) {
  if (captured === null) {
    return removed.includes('captured') ? (
      <Step title="Captured" tone="quiet" note="the text was removed by retention" />
    ) : null;
  }
  const { kind, characters, truncated, pictures, unread, text } = captured;
  return (
    <Step
      title="Captured"
      tone={unread === '' ? 'good' : 'warn'}
      note={`${kind}, ${characters.toLocaleString('en')} characters`}
    >
      {truncated && (
        <p class="dim">The file has more than the {text.length.toLocaleString('en')} that are kept.</p>
      )}
      {unread !== '' && <p class="dim">No text: it {unread}.</p>}
      {pictures > 0 && <p class="dim">{count(pictures, 'picture')} for models that see.</p>}
      {text !== '' && <Excerpt text={text} what="the captured text" />}
    </Step>
  );
}

function Reused({ from }: { from: string }) {
  return (
    <>
      reused from{' '}
      <Link page="thoughts" of={from}>
        <code>{short(from)}</code>
      </Link>
    </>
  );
}

function End({ thought }: { thought: ThoughtView }) {
  const { state, reason, finishedAt, event, attempts } = thought;
  if (finishedAt === null) return null;
  // What its last attempt has said stands above.
  const isNews = reason !== '' && reason !== attempts.at(-1)?.error;
  const tone = state === 'done' ? 'good' : state === 'dead' ? 'bad' : 'warn';
  const again = replayedAs(thought);
  const title =
    again !== null ? 'Replayed' : state === 'dead' ? 'Gave up' : state === 'cancelled' ? 'Cancelled' : 'Done';
  return (
    <Step title={title} tone={tone} at={finishedAt} after={event.at}>
      {isNews ? (
        <p class={state === 'dead' ? 'wrong' : 'why'}>
          {again === null ? <VisibleText text={reason} /> : <Replayed as={again} />}
        </p>
      ) : undefined}
    </Step>
  );
}

function Replayed({ as }: { as: string }) {
  return (
    <>
      as{' '}
      <Link page="thoughts" of={as}>
        <code>{short(as)}</code>
      </Link>
      , since its rule has changed
    </>
  );
}

/** When a person took back what it had done, the last time that they did. */
function TakenBack({ thought: { outputs, finishedAt } }: { thought: ThoughtView }) {
  const times = outputs.flatMap(({ undoneAt }) => (undoneAt === null ? [] : [undoneAt])).sort();
  const at = times.at(-1);
  if (at === undefined) return null;
  return (
    <Step title="Taken back" tone="quiet" at={at} after={finishedAt} note={count(times.length, 'output')} />
  );
}

function toneOfOutputs(outputs: ThoughtView['outputs']) {
  const has = (state: string) => outputs.some((output) => output.state === state);
  if (has('failed')) return 'bad';
  if (has('proposed')) return 'asks';
  if (has('unknown') || has('denied')) return 'warn';
  return has('planned') ? 'next' : has('applied') ? 'good' : 'quiet';
}
