import { createHmac } from 'node:crypto';

/**
 * What proves to a receiver that a body is ours and new: `t=1767225600,v1=…`, where `v1` is the HMAC-SHA256, in hex, of
 * the time in seconds, a dot and the body.
 */
export function signatureOf(body: Uint8Array, secret: string, now: number): string {
  const seconds = Math.floor(now / 1000);
  const signed = createHmac('sha256', secret).update(`${seconds}.`).update(body).digest('hex');
  return `t=${seconds},v1=${signed}`;
}
