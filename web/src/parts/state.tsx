import type { JSX } from 'preact';
import type { OutputState, ThoughtState } from '../../../src/contract/thought.ts';
import { type Tone, toneOf } from './tone.ts';

/** A state by its word, with its colour and shape. `children` stand in the word's place. */
export function State({ of, children }: { of: ThoughtState | OutputState | string; children?: string }) {
  return (
    <span class={`state ${toneOf(of)}`}>
      <Shape tone={toneOf(of)} />
      {children ?? of}
    </span>
  );
}

/** Tells states apart for who does not tell colours apart. */
export function Shape({ tone }: { tone: Tone }) {
  return (
    <svg class={`shape ${tone}`} viewBox="0 0 12 12" aria-hidden="true">
      {DRAWN[tone]}
    </svg>
  );
}

const DRAWN: Readonly<Record<Tone, JSX.Element>> = {
  quiet: <circle cx="6" cy="6" r="3.6" class="outline" />,
  next: <path d="M4 2.4 9 6 4 9.6Z" class="solid" />,
  busy: <circle cx="6" cy="6" r="3.8" class="outline thick" />,
  asks: <path d="M6 1.6 10.4 6 6 10.4 1.6 6Z" class="solid" />,
  good: <circle cx="6" cy="6" r="4" class="solid" />,
  bad: <path d="M3 3 9 9M9 3 3 9" class="outline thick" />,
  warn: <path d="M6 1.8 10.8 10H1.2Z" class="solid" />,
};
