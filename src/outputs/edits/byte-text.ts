/**
 * Bytes as text with one character for each byte, so that lines can be found in a file of any encoding and every other
 * byte comes out as it went in. Its `\s`, `trim` and lower case are not those of the text that it stands for.
 */
export function byteTextOf(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1');
}

export function bytesOf(byteText: string): Buffer {
  return Buffer.from(byteText, 'latin1');
}

/** The byte text of a text in UTF-8. */
export function encoded(text: string): string {
  return byteTextOf(Buffer.from(text.toWellFormed()));
}

/** The text that byte text stands for in UTF-8; for comparing, as bytes that are none become U+FFFD. */
export function decoded(byteText: string): string {
  return bytesOf(byteText).toString();
}

/** A line as people compare it: composed, its white space single, none around it. */
export function plain(byteText: string): string {
  return decoded(byteText).normalize('NFC').replace(/\s+/gu, ' ').trim();
}

/** UTF-8's byte order mark. */
export const BOM = '\xef\xbb\xbf';

/** Why these bytes are no text to edit line by line, or null. */
export function noText(whole: Buffer): string | null {
  const [first, second] = whole;
  if ((first === 0xff && second === 0xfe) || (first === 0xfe && second === 0xff))
    return 'it is UTF-16: only text in UTF-8 can be edited';
  return whole.includes(0) ? 'it is no text: it has a NUL byte' : null;
}
