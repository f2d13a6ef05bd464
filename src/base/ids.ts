import { createHash } from 'node:crypto';

/** 20 hex digits (80 bits) of the SHA-256 over the parts, separated so that no two lists of parts collide. */
export function idOf(...parts: string[]): string {
  const hash = createHash('sha256');
  for (const part of parts) hash.update(`${Buffer.byteLength(part)}:`).update(part);
  return hash.digest('hex').slice(0, 20);
}

/** SHA-256 of bytes or UTF-8 text as lower-case hex. */
export function sha256(content: string | Uint8Array): string {
  return createHash('sha256').update(content).digest('hex');
}
