/**
 * A path as text: printable UTF-8 stands for itself, a backslash is written `\\`, and every byte that
 * is not part of printable UTF-8 (invalid bytes, C0/C1 controls, bidi marks) is written `\xHH`.
 * It is lossless, safe to show on a terminal, and the only form in which paths travel through the
 * journal, the API and the CLI; file system calls convert with {@link toFs}.
 */
const UNPRINTABLE = /[\u0000-\u001f\u007f-\u009f\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069\ufeff]/u;
const NEEDS_ESCAPE = new RegExp(`[\\\\\ufffd]|${UNPRINTABLE.source}`, 'u');
const ESCAPED = /\\(?:\\|x([0-9a-f]{2}))/g;

/** Path text of a name or path as the file system gave it; a `string` must have been decoded losslessly. */
export function fromFs(name: string | Buffer): string {
  if (typeof name === 'string') return NEEDS_ESCAPE.test(name) ? escapeBytes(Buffer.from(name)) : name;
  return escapeBytes(name);
}

/** What to hand to `node:fs` for a path text: the same string, or bytes where it has escapes. */
export function toFs(pathText: string): string | Buffer {
  if (!pathText.includes('\\')) return pathText;
  const parts: Buffer[] = [];
  let last = 0;
  for (const match of pathText.matchAll(ESCAPED)) {
    parts.push(Buffer.from(pathText.slice(last, match.index)));
    parts.push(match[1] === undefined ? Buffer.from('\\') : Buffer.from([Number.parseInt(match[1], 16)]));
    last = match.index + match[0].length;
  }
  parts.push(Buffer.from(pathText.slice(last)));
  return Buffer.concat(parts);
}

/** Whether a directory listing decoded as UTF-8 may have lost bytes and must be read again as buffers. */
export function mayBeLossy(name: string): boolean {
  return name.includes('\ufffd');
}

function escapeBytes(bytes: Buffer): string {
  const text = bytes.toString('utf8');
  const lossless = Buffer.from(text).equals(bytes);
  const out: string[] = [];
  if (lossless) {
    for (const char of text)
      out.push(char === '\\' ? '\\\\' : UNPRINTABLE.test(char) ? hex(Buffer.from(char)) : char);
    return out.join('');
  }
  for (let at = 0; at < bytes.length; ) {
    const length = sequenceLength(bytes, at);
    const slice = bytes.subarray(at, at + length);
    const char = slice.toString('utf8');
    const valid = Buffer.from(char).equals(slice);
    out.push(
      !valid || UNPRINTABLE.test(char)
        ? hex(valid ? slice : slice.subarray(0, 1))
        : char === '\\'
          ? '\\\\'
          : char,
    );
    at += valid ? length : 1;
  }
  return out.join('');
}

/** Length in bytes that the UTF-8 sequence starting at `at` claims to have, within the buffer. */
function sequenceLength(bytes: Buffer, at: number): number {
  const lead = bytes[at] ?? 0;
  const claimed = lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : lead >= 0xc0 ? 2 : 1;
  return Math.min(claimed, bytes.length - at);
}

function hex(bytes: Buffer): string {
  return Array.from(bytes, (byte) => `\\x${byte.toString(16).padStart(2, '0')}`).join('');
}
