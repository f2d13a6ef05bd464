import type { SenseName } from '../contract/event.ts';
import type { EventData } from '../contract/event-data.ts';
import { statement, type Transaction } from './statement.ts';

const insert = statement<{
  dedup: string;
  sense: string;
  subject: string;
  kind: string;
  at: number;
  data: string;
}>(
  `INSERT INTO events (dedup, sense, subject, kind, at, data) VALUES (:dedup, :sense, :subject, :kind, :at, :data)
   ON CONFLICT (dedup) DO NOTHING`,
);

export interface NewEvent {
  dedup: string;
  sense: SenseName;
  subject: string;
  kind: string;
  at: number;
  data: EventData;
}

/** Appends an event; its sequence number, or null where its dedup key is journaled already. */
export async function appendEvent(tx: Transaction, event: NewEvent): Promise<number | null> {
  return tx.insert(insert, { ...event, at: Math.round(event.at), data: JSON.stringify(event.data) });
}
