/** A run of text as it is, or the name of a character that would not be seen, or would turn others round. */
export type Shown = { text: string } | { hidden: string };

/**
 * C0 and C1 controls but tab and line feed, bidi marks and overrides, zero-width and invisible characters, line separators, tags.
 * Zero-width joiners stay: emoji and several scripts need them.
 */
const HIDDEN =
  /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\u{e0000}-\u{e0fff}]/gu;

/** What a person decides on must be what they see: what is not seen in a text gets a name. */
export function visible(text: string): Shown[] {
  const whole = text.toWellFormed();
  const shown: Shown[] = [];
  let from = 0;
  for (const { 0: char, index } of whole.matchAll(HIDDEN)) {
    if (index > from) shown.push({ text: whole.slice(from, index) });
    shown.push({ hidden: nameOf(char) });
    from = index + char.length;
  }
  if (from < whole.length) shown.push({ text: whole.slice(from) });
  return shown;
}

function nameOf(char: string): string {
  if (char === '\r') return '\\r';
  return `U+${(char.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}`;
}
