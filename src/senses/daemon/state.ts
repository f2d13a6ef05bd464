import * as z from 'zod';
import { cursorValue } from '../../contract/cursor.ts';
import type { Cursor } from '../../contract/happening.ts';
import type { Cursors } from '../sense.ts';

const NAME = 'daemon';

const stored = z.object({
  /** The newest journaled event whose thoughts were looked at; null = no rule asks for ended thoughts. */
  ended: z.number().nullable(),
  providers: z.record(z.string(), z.object({ told: z.enum(['up', 'down']), downAt: z.number().nullable() })),
  /** Folders whose disk was told to be low. */
  low: z.array(z.string()),
});

/** What was told of the daemon itself: it commits with what it tells. */
export type DaemonState = z.output<typeof stored>;

/** While no rule asks. */
export const NOTHING: DaemonState = { ended: null, providers: {}, low: [] };

/** As it was last journaled; one that cannot be read begins anew. */
export function daemonState(cursors: Cursors): DaemonState {
  return cursorValue(stored, cursors.get(NAME)) ?? NOTHING;
}

export function daemonCursor(state: DaemonState): Cursor {
  return { name: NAME, value: state === NOTHING ? null : JSON.stringify(state) };
}
