import * as z from 'zod';
import { cursorValue } from '../contract/cursor.ts';
import type { Cursor } from '../contract/happening.ts';
import type { ConditionState } from './condition.ts';

/** How far one rule's condition has come; `on`: a hash of the words it is written in. */
export interface Known {
  on: string;
  state: ConditionState;
}

const PREFIX = 'condition:';

/** The cursor of a rule's condition; null = it is dropped. */
export function conditionCursor(rule: string, known: Known | null): Cursor {
  return { name: PREFIX + rule, value: known === null ? null : JSON.stringify(known) };
}

/** By rule, how far conditions have come; one that cannot be read begins anew. */
export function knownConditions(cursors: ReadonlyMap<string, string>): Map<string, Known> {
  const known = new Map<string, Known>();
  for (const [name, value] of cursors) {
    if (!name.startsWith(PREFIX)) continue;
    const read = cursorValue(stored, value);
    if (read !== null) known.set(name.slice(PREFIX.length), read);
  }
  return known;
}

const instance = z.object({
  at: z.number(),
  value: z.number(),
  since: z.number().nullable(),
  before: z.number().nullable(),
  holds: z.boolean(),
  missing: z.number(),
  window: z.array(z.tuple([z.number(), z.number()])).exactOptional(),
});

const stored = z.object({
  on: z.string(),
  state: z.object({
    at: z.number(),
    clauses: z.array(z.record(z.string(), instance)),
    since: z.number().nullable(),
    fired: z.boolean(),
    firedAt: z.number().nullable(),
  }),
});
