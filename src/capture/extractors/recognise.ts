import { byMark, utf16WithoutMark } from './decode.ts';

/** How files of old Microsoft programs, and new ones that are encrypted, begin. */
export const CONTAINER = '\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1';

/** Formats that this version cannot read, by their first bytes (Latin-1), so that the reason can name them. */
const MAGIC: readonly [start: string, what: string][] = [
  ['\x89PNG\r\n', 'a PNG image'],
  ['\xff\xd8\xff', 'a JPEG image'],
  ['GIF8', 'a GIF image'],
  ['BM', 'a BMP image'],
  ['II*\0', 'a TIFF image'],
  ['MM\0*', 'a TIFF image'],
  [CONTAINER, 'an old Microsoft Office document (save it as DOCX, XLSX or PPTX, and it can be read)'],
  ['{\\rtf', 'an RTF document'],
  ['\x1f\x8b', 'a gzip archive'],
  ['BZh', 'a bzip2 archive'],
  ['\xfd7zXZ\0', 'an xz archive'],
  ['\x28\xb5\x2f\xfd', 'a Zstandard archive'],
  ["7z\xbc\xaf'\x1c", 'a 7-Zip archive'],
  ['Rar!\x1a\x07', 'a RAR archive'],
  ['\x7fELF', 'an ELF program'],
  ['MZ', 'a Windows program'],
  ['\xcf\xfa\xed\xfe', 'a macOS program'],
  ['\xca\xfe\xba\xbe', 'a macOS program or Java class'],
  ['\0asm', 'a WebAssembly module'],
  ['SQLite format 3\0', 'an SQLite database'],
  ['ID3', 'an MP3 recording'],
  ['OggS', 'an Ogg recording'],
  ['fLaC', 'a FLAC recording'],
  ['\x1aE\xdf\xa3', 'a Matroska or WebM video'],
  ['%!PS', 'a PostScript document'],
];

const ZIPPED: readonly [inside: RegExp, what: string][] = [
  [/word\//, 'a Word document (DOCX)'],
  [/xl\//, 'an Excel workbook (XLSX)'],
  [/ppt\//, 'a PowerPoint presentation (PPTX)'],
  [/mimetypeapplication\/vnd\.oasis\.opendocument/, 'an OpenDocument file'],
  [/mimetypeapplication\/epub/, 'an EPUB book'],
  [/META-INF\/MANIFEST/, 'a Java archive'],
];

const ZIPPED_NAMES: readonly [name: RegExp, what: string][] = [
  [/\.docx$/i, 'a Word document (DOCX)'],
  [/\.xlsx$/i, 'an Excel workbook (XLSX)'],
  [/\.pptx$/i, 'a PowerPoint presentation (PPTX)'],
];

/** Names that promise text although their first bytes could be a short magic number (`BM`, `MZ`, `ID3`). */
const SHORT_MAGIC = 4;

/** Whether bytes are text in some encoding, by their first 8 KiB. */
export function looksLikeText(head: Uint8Array): boolean {
  if (byMark(head) !== null || utf16WithoutMark(head) !== null) return true;
  if (head.includes(0) || kindOf(head) !== null) return false;
  let controls = 0;
  for (const byte of head) if (byte < 0x20 && !isUsual(byte)) controls++;
  return controls <= head.length / 20;
}

/** What a file is that is no text: "a PNG image", or "binary data" where its first bytes tell nothing. */
export function nameBinary(name: string, head: Uint8Array): string {
  return kindOf(head, name) ?? 'binary data of an unknown format';
}

/** Backspace, tab, line feed, form feed, carriage return and escape occur in logs and manual pages. */
function isUsual(byte: number): boolean {
  return (byte >= 0x08 && byte <= 0x0d) || byte === 0x1b;
}

/** What a file is by its first bytes (up to 8 KiB), and by its name where they leave it open; null = nothing known. */
export function kindOf(head: Uint8Array, name = ''): string | null {
  const latin1 = Buffer.from(head.buffer, head.byteOffset, head.byteLength)
    .subarray(0, 8192)
    .toString('latin1');
  if (latin1.startsWith('PK\x03\x04')) return zipped(latin1, name);
  if (latin1.startsWith('RIFF')) return riff(latin1);
  if (latin1.slice(257, 262) === 'ustar') return 'a tar archive';
  if (/\.msg$/i.test(name) && latin1.startsWith(CONTAINER))
    return 'an Outlook message (save it as EML, and it can be read)';
  if (latin1.slice(4, 8) === 'ftyp')
    return /^(hei|mif|avi)/.test(latin1.slice(8, 12)) ? 'a HEIF or AVIF image' : 'an MP4 video';
  const found = MAGIC.find(([start]) => latin1.startsWith(start));
  if (found === undefined) return null;
  const ambiguous = found[0].length < SHORT_MAGIC && /^[\x20-\x7e]+$/.test(found[0]);
  return ambiguous && !latin1.includes('\0') ? null : found[1];
}

function zipped(latin1: string, name: string): string {
  const inside =
    ZIPPED.find(([pattern]) => pattern.test(latin1)) ?? ZIPPED_NAMES.find(([pattern]) => pattern.test(name));
  return inside?.[1] ?? 'a ZIP archive';
}

function riff(latin1: string): string {
  const kind = latin1.slice(8, 12);
  return kind === 'WEBP' ? 'a WebP image' : kind === 'WAVE' ? 'a WAV recording' : 'a RIFF file';
}
