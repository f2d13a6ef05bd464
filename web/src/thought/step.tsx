import type { ComponentChildren } from 'preact';
import { span } from '../../../src/surfaces/cli/phrases.ts';
import { VisibleText } from '../diff/visible-text.tsx';
import { Shape } from '../parts/state.tsx';
import { ClockTime } from '../parts/time.tsx';
import type { Tone } from '../parts/tone.ts';

interface StepProps {
  title: ComponentChildren;
  tone: Tone;
  /** When it was, and after what it came: how much later is told. */
  at?: string | null;
  after?: string | null;
  /** What is to be said beside the title. */
  note?: ComponentChildren;
  children?: ComponentChildren;
}

/** One step on the way from a perception to what was written. */
export function Step({ title, tone, at = null, after = null, note, children }: StepProps) {
  return (
    <li class={`step ${tone}`}>
      <Shape tone={tone} />
      <div class="step-head">
        <h2>{title}</h2>
        {note !== undefined && <span class="step-note">{note}</span>}
        {at !== null && (
          <span class="step-time">
            {after !== null && <Later at={at} after={after} />}
            <ClockTime at={at} />
          </span>
        )}
      </div>
      {children !== undefined && <div class="step-body">{children}</div>}
    </li>
  );
}

function Later({ at, after }: { at: string; after: string }) {
  const ms = Date.parse(at) - Date.parse(after);
  return Number.isFinite(ms) && ms >= 0 ? <span class="later">+{span(ms)}</span> : null;
}

/** Names and values; those without a value are left out. */
export function Facts({ facts }: { facts: readonly (readonly [name: string, value: ComponentChildren])[] }) {
  const known = facts.filter(([, value]) => value !== '' && value !== null);
  if (known.length === 0) return null;
  return (
    <dl class="facts">
      {known.map(([name, value]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>{typeof value === 'string' ? <VisibleText text={value} /> : value}</dd>
        </div>
      ))}
    </dl>
  );
}
