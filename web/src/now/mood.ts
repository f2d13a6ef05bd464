import type { StatusView } from '../../../src/contract/status-view.ts';
import { count } from '../../../src/surfaces/cli/phrases.ts';

/** Thoughts that are not being thought yet: `held` ones wait for something, the others only for their turn. */
export function awaited({ queue, holds }: Pick<StatusView, 'queue' | 'holds'>) {
  const held = holds.reduce((sum, { thoughts }) => sum + thoughts, 0);
  return { held, toCome: Math.max(0, queue.waiting + queue.ready - held) };
}

/** How it is, in a sentence. */
export function moodOf(status: Pick<StatusView, 'queue' | 'holds' | 'ready' | 'proposals'>): string {
  const { queue, ready, proposals } = status;
  const running = queue.running + queue.answered;
  const { held, toCome } = awaited(status);
  const parts = [
    running > 0 && `${running} being thought`,
    toCome > 0 && `${toCome.toLocaleString('en-US')} to come`,
    held > 0 && `${count(held, 'thought')} held`,
    proposals.waiting > 0 && `${count(proposals.waiting, 'output')} waiting for you`,
  ].filter(Boolean);
  if (parts.length > 0) return parts.join(', ');
  return ready ? 'nothing to do just now' : 'looking around: folders are read for the first time';
}
