/** The longest that a server may ask us to stay away, milliseconds. */
const CAP = 10 * 60_000;

/**
 * Milliseconds to wait according to a `Retry-After` header, in seconds or as an HTTP date (RFC 9110 10.2.3),
 * at most ten minutes; undefined where there is none or it makes no sense.
 */
export function retryAfterMs(header: string, now: number): number | undefined {
  const text = header.trim();
  if (text === '') return undefined;
  // Only what begins with a day's name is a date: Date.parse makes a year of any number.
  const date = /^[A-Z]/i.test(text) ? Date.parse(text) - now : Number.NaN;
  const ms = /^\d+(\.\d+)?$/.test(text) ? Number(text) * 1000 : date;
  return Number.isFinite(ms) ? Math.min(CAP, Math.max(0, ms)) : undefined;
}
