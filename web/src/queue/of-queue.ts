import type { FollowedEvent } from '../../../src/contract/live-event.ts';

/** What moves a thought, or keeps one from moving. */
export function isOfQueue({ type }: FollowedEvent): boolean {
  return type === 'state' || type === 'hold' || type === 'sent' || type === 'reloaded';
}
