import type { Tone } from '../parts/tone.ts';
import { toneOf } from '../parts/tone.ts';
import type { Thinking } from './thinking.ts';

/** The way of a thought, from perception to outputs. */
export const STEPS = ['perceived', 'matched', 'queued', 'thinking', 'answered', 'outputs'] as const;

/** Where on it a thought is, or where its way has ended. */
export function stepOf({
  state,
  sentAt,
  model,
  outputs,
}: Pick<Thinking, 'state' | 'sentAt' | 'model' | 'outputs'>): {
  at: number;
  tone: Tone;
} {
  const tone = toneOf(state);
  switch (state) {
    case 'waiting':
      return { at: 1, tone };
    case 'ready':
      return { at: 2, tone };
    case 'running':
      return { at: 3, tone };
    case 'answered':
      return { at: 4, tone };
    case 'proposed':
    case 'done':
      return { at: 5, tone };
    case 'dead':
    case 'cancelled':
      return { at: outputs.length > 0 ? 5 : sentAt !== null || model !== '' ? 3 : 2, tone };
    default:
      state satisfies never;
      return { at: 0, tone };
  }
}
