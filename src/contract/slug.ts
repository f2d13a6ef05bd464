/** Longest result, in characters and in bytes (names end at 255 bytes, and a date and an extension come on top). */
const LIMIT = { characters: 80, bytes: 200 } as const;

/** Latin letters that are no letter with a mark, so that NFKD leaves them whole. */
const LETTERS: Record<string, string> = {
  ß: 'ss',
  æ: 'ae',
  œ: 'oe',
  ø: 'o',
  đ: 'd',
  ð: 'd',
  ł: 'l',
  ħ: 'h',
  þ: 'th',
  ı: 'i',
};

/**
 * A safe piece of a file name out of anything: lower case, Latin without its marks, letters and digits of
 * any script, dashes between; at most 80 characters, never empty (`untitled`), no separator, no leading dot.
 */
export function slug(value: unknown): string {
  const text = textOf(value)
    .slice(0, LIMIT.characters * 50)
    .toWellFormed()
    .normalize('NFKD')
    .replace(/\p{Default_Ignorable_Code_Point}/gu, '')
    .toLowerCase()
    .replace(/(\p{Script=Latin})\p{M}+/gu, '$1')
    .replace(/[ßæœøđðłħþı]/g, (letter) => LETTERS[letter] ?? letter)
    .normalize('NFC')
    .replace(/[^\p{L}\p{M}\p{N}]+/gu, '-')
    .replace(/^[-\p{M}]+|-+$/gu, '');
  return cut(text, LIMIT.characters, LIMIT.bytes).replace(/-+$/, '') || 'untitled';
}

/** The longest beginning of `text` with at most so many characters and bytes; never half a code point. */
export function cut(text: string, characters: number, bytes: number): string {
  let end = 0;
  let count = 0;
  let size = 0;
  for (const char of text) {
    count += 1;
    size += Buffer.byteLength(char);
    if (count > characters || size > bytes) break;
    end += char.length;
  }
  return text.slice(0, end);
}

/** What a template would print for a value. */
export function textOf(value: unknown): string {
  if (value === null || value === undefined) return '';
  if (Array.isArray(value)) return value.map(textOf).join(' ');
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}
