import type { Clock } from '../base/clock.ts';
import { CodedError } from '../base/errors.ts';
import { keyAsSent } from '../contract/key.ts';
import { REPLIES_KEPT_MS } from '../journal/retain.ts';
import type { Store } from '../store/store.ts';
import type { OnceKey, Reply } from '../surfaces/requests.ts';

/**
 * Does what is asked with a key once: the same again gets the same reply, also from the next daemon. What failed may be
 * asked again. A daemon that dies between doing and keeping is asked again, and finds it done: what is asked with a key
 * names its thing (`undo` of the last settles which it is before), or makes the same thoughts again.
 */
export function createOnce(store: Store, clock: Clock) {
  const underWay = new Set<string>();
  return async ({ key, route, digest }: OnceKey, work: () => Promise<Reply>): Promise<Reply> => {
    if (underWay.has(key)) {
      throw new CodedError('key-in-use', 'the request with this Idempotency-Key is under way', {
        value: keyAsSent(key),
        next: 'ask again once it is answered',
        retryable: true,
      });
    }
    underWay.add(key);
    try {
      const since = clock.now() - REPLIES_KEPT_MS;
      const kept = await store.read('keptReply', { key, since });
      if (kept === null) {
        const reply = await work();
        const row = { key, route, digest, reply: JSON.stringify(reply), at: clock.now() };
        await store.write('keepReply', row);
        return reply;
      }
      if (kept.route === route && kept.digest === digest) return replyOf(kept.reply);
      throw new CodedError('key-reused', 'this Idempotency-Key stands for another request', {
        value: keyAsSent(key),
        next: 'use a new key for each request',
      });
    } finally {
      underWay.delete(key);
    }
  };
}

/** A reply as this program kept it. */
function replyOf(json: string): Reply {
  // Written above from a Reply; nothing else writes that column.
  return JSON.parse(json) as Reply;
}
