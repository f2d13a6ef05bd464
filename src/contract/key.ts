/** An idempotency key without whose it is. */
export function keyAsSent(key: string): string {
  return key.slice(key.indexOf('→') + 1);
}
