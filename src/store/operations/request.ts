import { idOf } from '../../base/ids.ts';
import { PRIORITY } from '../../contract/thought.ts';
import { putBlob } from '../blob.ts';
import { appendEvent } from '../journal-event.ts';
import { insertThought } from '../new-thought.ts';
import type { Transaction } from '../statement.ts';

export interface RequestInput {
  key: string;
  text: string;
  rule: string;
  version: string;
  now: number;
}

/** Accepts a request durably; the same key and rule version again is the same thought. Returns its id. */
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
  if (seq === null) return id;
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
