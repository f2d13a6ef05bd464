import type { ThoughtState } from './thought.ts';

const REPLAYED = /^replayed as ([0-9a-f]+), under the rule's newer version$/;

/** Why a thought is over whose event is thought about as another one, since its rule has changed. */
export function replayedReason(id: string): string {
  return `replayed as ${id}, under the rule's newer version`;
}

/** The thought that has taken this one's place; null where none has. */
export function replayedAs({ state, reason }: { state: ThoughtState; reason: string }): string | null {
  return state === 'cancelled' ? (REPLAYED.exec(reason)?.[1] ?? null) : null;
}
