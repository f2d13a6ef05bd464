/** NUL and the other C0 controls but tab and line feed. */
const CONTROLS = /[\u0000-\u0008\u000b\u000c\u000e-\u001f]/g;

/**
 * Text as it is stored: one kind of line end, no control characters but tab and line feed, at most
 * `limit` UTF-16 units and never half a character. What a prompt must not hold is the mind's to remove.
 */
export function cleanText(text: string, limit: number): { text: string; truncated: boolean } {
  const clean = text
    .replace(/\r\n?|[\u000b\u000c]/g, '\n')
    .replace(CONTROLS, '')
    .toWellFormed();
  if (clean.length <= limit) return { text: clean, truncated: false };
  const last = clean.charCodeAt(limit - 1);
  const splitsPair = last >= 0xd800 && last <= 0xdbff;
  return { text: clean.slice(0, splitsPair ? limit - 1 : limit), truncated: true };
}
