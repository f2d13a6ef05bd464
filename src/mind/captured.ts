import type { ClaimedThought } from '../store/operations/claim.ts';
import type { Store } from '../store/store.ts';
import type { Captured } from './compose.ts';

/** What was captured of a claimed thought, with its pictures, and these by their hashes. */
export async function capturedOf(
  thought: ClaimedThought,
  store: Store,
): Promise<{ captured: Captured | null; hashes: string[] }> {
  if (thought.captured === null) return { captured: null, hashes: [] };
  const facts: CaptureFacts = thought.capture === null ? {} : JSON.parse(thought.capture);
  const { format = 'text', truncated = false, pictures = [], unread } = facts;
  const kept = pictures.length === 0 ? [] : await store.read('picturesOf', { id: thought.id });
  const captured: Captured = {
    text: thought.captured,
    format,
    truncated,
    ...(unread === undefined ? {} : { unread }),
    ...(kept.length === 0 ? {} : { pictures: kept.map(({ type, bytes }) => ({ type, bytes })) }),
  };
  return { captured, hashes: kept.map(({ hash }) => hash) };
}

interface CaptureFacts {
  format?: string;
  truncated?: boolean;
  unread?: string;
  pictures?: unknown[];
}
