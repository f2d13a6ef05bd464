import { CodedError } from '../../base/errors.ts';
import { idOf } from '../../base/ids.ts';
import { keyAsSent } from '../../contract/key.ts';
import { PRIORITY } from '../../contract/thought.ts';
import { putBlob } from '../blob.ts';
import { appendEvent } from '../journal-event.ts';
import { insertThought } from '../new-thought.ts';
import { eventData } from '../queries/list-thoughts.ts';
import { statement, type Transaction } from '../statement.ts';

export interface RequestInput {
  key: string;
  text: string;
  rule: string;
  version: string;
  now: number;
}

const selectEvent = statement<{ dedup: string }, { data: string }>(
  `SELECT data FROM events WHERE dedup = :dedup`,
);

/** A key stands for one request: with another text it would get the answer to something that was not asked. */
async function assertSameText(tx: Transaction, dedup: string, { key, text }: RequestInput): Promise<void> {
  const row = await tx.one(selectEvent, { dedup });
  if (row === undefined || eventData(row.data).text === text) return;
  throw new CodedError('request-key-taken', 'this key was used for a request with another text', {
    value: keyAsSent(key),
    next: 'use a new key, or none',
  });
}

/**
 * Accepts a request durably; the same key and rule version again is the same thought. Returns its id. Throws
 * `request-key-taken` where the key was used for another text.
 */
export async function acceptRequest(tx: Transaction, input: RequestInput): Promise<string> {
  const subject = `request:${input.key}`;
  const id = idOf(subject, input.version);
  const seq = await appendEvent(tx, {
    dedup: subject,
    sense: 'requests',
    subject,
    kind: 'request',
    at: input.now,
    data: { text: input.text, rule: input.rule },
  });
  if (seq === null) {
    await assertSameText(tx, subject, input);
    return id;
  }
  await insertThought(tx, {
    id,
    rule: input.rule,
    version: input.version,
    event: seq,
    subject,
    state: 'ready',
    priority: PRIORITY.request,
    content: input.text.slice(0, 280),
    settleUntil: input.now,
    captured: await putBlob(tx, input.text),
    capture: JSON.stringify({ format: 'text', characters: input.text.length, truncated: false }),
    now: input.now,
  });
  return id;
}
