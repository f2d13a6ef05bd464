import type { Picture } from '../contract/provider.ts';

/** Pictures of one document that a model is to see, bytes of one, and of all: servers refuse more. */
const MOST = 8;
const MOST_BYTES = 5 * 1024 * 1024;
const MOST_TOGETHER = 16 * 1024 * 1024;

/** The pictures of a document that models with vision read, and how many are left out: of other kinds, or too many. */
export function visible(files: readonly Uint8Array[]): { pictures: Picture[]; left: number } {
  const pictures: Picture[] = [];
  let together = 0;
  for (const bytes of files) {
    const type = typeOf(bytes);
    const fits = bytes.length <= MOST_BYTES && together + bytes.length <= MOST_TOGETHER;
    if (type === null || !fits || pictures.length === MOST) continue;
    pictures.push({ type, bytes });
    together += bytes.length;
  }
  return { pictures, left: files.length - pictures.length };
}

/** By its first bytes; null = no kind that models read. */
function typeOf(bytes: Uint8Array): Picture['type'] | null {
  const head = Buffer.from(bytes.subarray(0, 12)).toString('latin1');
  if (head.startsWith('\x89PNG')) return 'image/png';
  if (head.startsWith('\xff\xd8\xff')) return 'image/jpeg';
  if (head.startsWith('GIF8')) return 'image/gif';
  return head.startsWith('RIFF') && head.endsWith('WEBP') ? 'image/webp' : null;
}
