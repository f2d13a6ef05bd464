import { tokensPerSecond } from '../../../src/contract/speed.ts';
import type { AttemptView } from '../../../src/contract/thought-view.ts';
import { bytes, count, span } from '../../../src/surfaces/cli/phrases.ts';
import { VisibleText } from '../diff/visible-text.tsx';
import { State } from '../parts/state.tsx';
import type { Tone } from '../parts/tone.ts';
import { DataText, LongText } from './long-text.tsx';
import { Facts, Step } from './step.tsx';
import type { Words } from './words.ts';

const TONES: Readonly<Record<string, Tone>> = {
  ...({ running: 'busy', answered: 'good', reused: 'good', held: 'warn' } as const),
  ...({ failed: 'bad', crashed: 'bad', abandoned: 'warn' } as const),
};

/** One try: who was asked, how fast it spoke, and what came of it. `words`: what it says just now. */
export function Attempt({
  attempt,
  after,
  words,
}: {
  attempt: AttemptView;
  after: string;
  words: Words | null;
}) {
  const { number, startedAt, provider, model, firstTokenMs, totalMs, usage, outcome, error, raw, left } =
    attempt;
  const speed = tokensPerSecond({ firstTokenMs, totalMs, outputTokens: usage.outputTokens });
  const who = provider === null ? (words?.model ?? '') : `${provider}/${model ?? '?'}`;
  return (
    <Step
      title={`Attempt ${number}`}
      tone={TONES[outcome] ?? 'quiet'}
      at={startedAt}
      after={after}
      note={
        <>
          <span class={`state ${TONES[outcome] ?? 'quiet'}`}>{outcome}</span>{' '}
          <code>
            <VisibleText text={who} />
          </code>
        </>
      }
    >
      <Facts
        facts={[
          ['first token', firstTokenMs === null ? '' : span(firstTokenMs)],
          ['in all', totalMs === null ? '' : span(totalMs)],
          ['tokens in', usage.inputTokens?.toLocaleString('en') ?? ''],
          ['tokens out', usage.outputTokens?.toLocaleString('en') ?? ''],
          ['tokens a second', speed === null ? '' : String(speed)],
        ]}
      />
      {error !== null && (
        <p class="wrong">
          <VisibleText text={error} />
        </p>
      )}
      {left !== null && <LeftThisMachine left={left} />}
      {words !== null && <Speaking words={words} />}
      {raw !== null && <LongText title="Its words as they came" text={raw} isOpen={outcome === 'failed'} />}
    </Step>
  );
}

/** It never goes without being said. */
function LeftThisMachine({ left }: { left: NonNullable<AttemptView['left']> }) {
  const pictures = left.pictures > 0 ? ` and ${count(left.pictures, 'picture')}` : '';
  const calls = left.calls > 1 ? ` in ${left.calls} calls` : '';
  return (
    <p class="left-machine">
      <State of="held">Left this machine</State>: {bytes(left.bytes)}
      {pictures} to {left.provider}
      {calls}
    </p>
  );
}

function Speaking({ words: { text, reasoning, held } }: { words: Words }) {
  if (held !== '')
    return (
      <p class="held-words">
        Held: <VisibleText text={held} />
      </p>
    );
  return (
    <>
      {reasoning !== '' && (
        <details class="long-text" open={text === ''}>
          <summary>Thinking aloud</summary>
          <DataText text={reasoning} what="what it thinks" />
        </details>
      )}
      <div class="speaking" aria-busy="true">
        {text === '' && reasoning === '' ? (
          <span class="dim">Nothing was said yet …</span>
        ) : (
          <pre>
            <VisibleText text={text} />
            <span class="caret" aria-hidden="true" />
          </pre>
        )}
      </div>
    </>
  );
}
