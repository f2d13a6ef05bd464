import { sha256 } from '../../base/ids.ts';
import type { Random } from '../../base/random.ts';

/** `csn_`, the id, and 256 random bits: a form that scanners for secrets can know. */
const FORM = /^csn_([0-9a-f]{8})_[A-Za-z0-9_-]{43}$/;

/** The same anywhere in a text, also where it was cut or is not one of ours. */
const LIKE = /csn_[0-9a-f]{8}_/i;

/** More characters than any token has; what is longer is no token, and not hashed whole. */
const LONGEST = 128;

/** A new token: the id that it is listed by, and its text. */
export function newToken(random: Random): { id: string; text: string } {
  const id = random.hex(4);
  return { id, text: `csn_${id}_${Buffer.from(random.hex(32), 'hex').toString('base64url')}` };
}

/** The id in the text of a token; empty where it is none. */
export function idIn(text: string): string {
  return FORM.exec(text)?.[1] ?? '';
}

/** Whether a token, or the beginning of one, is somewhere in a text. */
export function holdsToken(text: string): boolean {
  return LIKE.test(text);
}

/**
 * What is kept in place of a token. One SHA-256 is enough: slow hashes are for words that people choose, and of 256
 * random bits there is nothing to try.
 */
export function hashOf(text: string): string {
  return sha256(text.slice(0, LONGEST));
}
