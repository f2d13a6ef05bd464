import { count } from '../../../src/surfaces/cli/phrases.ts';
import { useApp } from '../app-context.ts';
import { visibleWords } from '../diff/visible.ts';
import { VisibleText } from '../diff/visible-text.tsx';
import { Link } from '../parts/link.tsx';
import { Path, Subject } from '../parts/path.tsx';
import { Shape, State } from '../parts/state.tsx';
import { ClockTime, Since } from '../parts/time.tsx';
import { toneOf } from '../parts/tone.ts';
import { Answer } from './answer.tsx';
import type { Thing } from './flow.ts';
import { heldBy } from './held-by.ts';
import { STEPS, stepOf } from './steps.ts';
import type { Thinking, Written } from './thinking.ts';

/** Characters of what a model says that are shown while it does. */
const SAID = 600;

/** One thing that was perceived, and each thought about it. */
export function ThingRow({ thing, places }: { thing: Thing; places: readonly string[] }) {
  const { subject, at, change, rules, thoughts } = thing;
  const [first] = thoughts;
  return (
    <li class="thing">
      <ClockTime at={at} />
      <div class="about">
        <p class="head">
          {first === undefined ? (
            <Subject subject={subject} places={places} />
          ) : (
            <Link page="thoughts" of={first.id} title="The whole thought" class="whole">
              <Subject subject={subject} places={places} />
            </Link>
          )}
          <span class="change">{change}</span>
        </p>
        {thoughts.length === 0 && (
          <p class="faint">
            {rules.length === 0 ? (
              'no rule is about it'
            ) : (
              <VisibleText text={`matched by ${rules.join(', ')}; nothing new to think`} />
            )}
          </p>
        )}
        {thoughts.map((thinking) => (
          <ThinkingRow key={thinking.id} thinking={thinking} places={places} />
        ))}
      </div>
    </li>
  );
}

function ThinkingRow({ thinking, places }: { thinking: Thinking; places: readonly string[] }) {
  const { id, rule, state, reason, outputs, said, reasoned, answer } = thinking;
  const isRunning = state === 'running';
  const held = useHeld(thinking);
  return (
    <div class="thinking">
      <p class="line">
        <Rail thinking={thinking} />
        <Link page="thoughts" of={id} title="The whole thought" class="whole">
          <State of={held === '' ? state : 'held'} />
        </Link>
        <span class="doing">
          <Doing thinking={thinking} />
        </span>
        <Link page="rules" of={rule} title="The rule" class="rule">
          <VisibleText text={rule} />
        </Link>
      </p>
      {(held || reason) !== '' && !isRunning && (
        <p class={`reason ${toneOf(state)}`}>
          <VisibleText text={held || reason} />
        </p>
      )}
      {isRunning && said === '' && reasoned !== '' && (
        <p class="said reasoning">
          <span class="unseen">It reasons: </span>
          <span>
            <VisibleText text={tail(reasoned)} />
          </span>
        </p>
      )}
      {isRunning && said !== '' && (
        <p class="said">
          <span>
            <VisibleText text={tail(said)} />
          </span>
        </p>
      )}
      {!isRunning && answer !== undefined && answer !== null && <Answer answer={answer} />}
      {outputs.length > 0 && (
        <ul class="outputs">
          {outputs.map((output) => (
            <Output key={`${output.kind} ${output.target}`} output={output} places={places} />
          ))}
        </ul>
      )}
    </div>
  );
}

/** Why it is not claimed just now; only where it is ready, so that nothing else is drawn again for it. */
function useHeld({ state, rule }: Thinking): string {
  const { live } = useApp();
  const status = state === 'ready' ? live.status.value : null;
  return status === null ? '' : (heldBy(rule, status) ?? '');
}

/** How far it has come, of {@link STEPS}. */
function Rail({ thinking }: { thinking: Thinking }) {
  const { at, tone } = stepOf(thinking);
  return (
    <span class={`rail ${tone}`} role="img" aria-label={`step ${at + 1} of ${STEPS.length}: ${STEPS[at]}`}>
      {STEPS.map((step, place) => (
        <i key={step} title={step} class={place < at ? 'past' : place === at ? 'here' : ''} />
      ))}
    </span>
  );
}

function Doing({ thinking: { state, model, sentAt, tokens, heard, said } }: { thinking: Thinking }) {
  if (state === 'running') {
    if (sentAt === null && tokens === 0) return <>its prompt is made</>;
    // Of what was begun before this page listened, nobody has counted the tokens.
    const speaks = heard !== 'whole' ? 'speaks' : count(tokens, 'token');
    return (
      <>
        <span class="mono">
          <VisibleText text={model} />
        </span>{' '}
        {tokens > 0 || said !== '' ? speaks : 'reads'}
        {sentAt !== null && (
          <>
            {' · '}
            <Since at={sentAt} />
          </>
        )}
      </>
    );
  }
  if (model === '') return null;
  return (
    <>
      <span class="mono">
        <VisibleText text={model} />
      </span>
      {tokens > 0 && ` ${count(tokens, 'token')}`}
    </>
  );
}

/** What is said of outputs that were applied, but for those that have written a file. */
const DONE: Readonly<Record<string, string>> = {
  ...{ move: 'moved', rename: 'moved', notify: 'sent', webhook: 'sent', command: 'ran' },
};

function Output({
  output: { kind, target, state, reason },
  places,
}: {
  output: Written;
  places: readonly string[];
}) {
  return (
    <li title={visibleWords(reason)}>
      <Shape tone={toneOf(state)} />
      <span class="what">{state === 'applied' ? (DONE[kind] ?? 'wrote') : `${state} ${kind}`}</span>
      <Path path={target} places={places} />
    </li>
  );
}

function tail(text: string): string {
  return text.length > SAID ? `…${text.slice(-SAID)}` : text;
}
