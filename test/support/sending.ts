import type { Means } from '../../src/outputs/sending.ts';
import { seededRandom } from './seeded-random.ts';

/** For outputs that never leave the disk. */
export function nothingSent(): Means {
  const never = {
    send: () => Promise.reject(new Error('nothing is sent here')),
    doubt: () => '',
  };
  const senders = { notify: never, webhook: never, command: never };
  return { senders, random: seededRandom(1), staysHere: () => null };
}
