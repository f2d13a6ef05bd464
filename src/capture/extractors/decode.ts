/** Bytes of a text that are looked at to guess its encoding; guessing costs 0.3 ms per KiB. */
const SAMPLE = 32 * 1024;

/** Below this, chardet's answer is worth less than the habit of Western European software. */
const SURE = 50;

/**
 * Text of bytes in any encoding: byte order mark, then UTF-16 without one, then UTF-8, then `hint`
 * (what the document itself claims), then a guess. A character cut off at the end is dropped.
 */
export async function decodeText(bytes: Uint8Array, hint?: string): Promise<string> {
  const marked = byMark(bytes) ?? utf16WithoutMark(bytes);
  if (marked !== null) return (await library()).decode(bytes, marked);
  const utf8 = decodeUtf8(bytes);
  if (utf8 !== null) return utf8;
  const iconv = await library();
  if (hint !== undefined && iconv.encodingExists(hint)) return iconv.decode(bytes, hint);
  const lossy = new TextDecoder().decode(bytes);
  if (mostlyUtf8(lossy)) return lossy;
  return iconv.decode(bytes, await guess(bytes));
}

/** Text of UTF-8 bytes, with or without a mark, or null if they are something else. Needs no library. */
export function decodeUtf8(bytes: Uint8Array): string | null {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes, { stream: true });
  } catch {
    return null;
  }
}

/** The UTF-16 flavour of Western text without a byte order mark, by where its NUL bytes are; null if it is none. */
export function utf16WithoutMark(bytes: Uint8Array): 'utf-16le' | 'utf-16be' | null {
  const pairs = Math.min(4096, Math.floor(bytes.length / 2));
  if (pairs < 2) return null;
  let little = 0;
  let big = 0;
  for (let at = 0; at < pairs * 2; at += 2) {
    const [first = 0, second = 0] = [bytes[at], bytes[at + 1]];
    if (second === 0 && isPrintable(first)) little++;
    if (first === 0 && isPrintable(second)) big++;
  }
  // Half of the units leaves room for quotes, dashes and other letters; numbers in binary are rarely printable.
  if (little >= pairs / 2 && big <= little / 16) return 'utf-16le';
  if (big >= pairs / 2 && little <= big / 16) return 'utf-16be';
  return null;
}

function isPrintable(byte: number): boolean {
  return (byte >= 0x20 && byte !== 0x7f) || byte === 0x09 || byte === 0x0a || byte === 0x0d;
}

/** Encoding by byte order mark; UTF-32 first, as its mark begins with UTF-16's. */
export function byMark(bytes: Uint8Array): 'utf-16le' | 'utf-16be' | 'utf-32le' | 'utf-32be' | null {
  const [a, b, c, d] = bytes;
  if (a === 0xff && b === 0xfe) return c === 0 && d === 0 && bytes.length >= 8 ? 'utf-32le' : 'utf-16le';
  if (a === 0xfe && b === 0xff) return 'utf-16be';
  if (a === 0 && b === 0 && c === 0xfe && d === 0xff) return 'utf-32be';
  return null;
}

/** A log in UTF-8 with a few broken bytes is still UTF-8: at least ten good characters beyond ASCII per broken one. */
function mostlyUtf8(lossy: string): boolean {
  const broken = lossy.match(/\ufffd/g)?.length ?? 0;
  const good = lossy.match(/[^\u0000-\u007f\ufffd]/gu)?.length ?? 0;
  return good >= broken * 10;
}

async function guess(bytes: Uint8Array): Promise<string> {
  const { analyse } = await import('chardet');
  const iconv = await library();
  const matches = analyse(sampleOf(bytes)).filter((match) => iconv.encodingExists(match.name));
  const best = matches[0];
  if (best === undefined || best.confidence < SURE || best.name === 'ISO-8859-1') return 'windows-1252';
  return best.name;
}

/** Where the bytes beyond ASCII are, they are what tells encodings apart. */
function sampleOf(bytes: Uint8Array): Uint8Array {
  const first = bytes.findIndex((byte) => byte >= 0x80);
  const start = Math.max(0, first - 1024);
  return bytes.subarray(start, start + SAMPLE);
}

async function library() {
  const { default: iconv } = await import('iconv-lite');
  return iconv;
}
