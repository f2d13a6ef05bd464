import { hash } from 'node:crypto';

/** 20 hex digits (80 bits) of the SHA-256 over the parts, separated so that no two lists of parts collide. */
export function idOf(...parts: string[]): string {
  return hash('sha256', parts.map((part) => `${part.length}:${part}`).join('')).slice(0, 20);
}

/** SHA-256 of bytes or UTF-8 text as lower-case hex. */
export function sha256(content: string | Uint8Array): string {
  return hash('sha256', content);
}
