/** Text as it looks: without controls (but newline and tab), bidi marks and invisible characters; lines end in `\n`. */
export function withoutInvisible(text: string): string {
  return text.toWellFormed().replace(/\r\n?/g, '\n').replace(INVISIBLE, '');
}

/**
 * C0 and C1 controls, bidi marks and overrides, zero-width space, BOM, invisible operators, and plane 14, whose tags
 * hide ASCII and whose variation selectors hide bytes; so do several selectors in a row, where people need one.
 * Zero-width joiners stay: emoji and several scripts need them.
 */
const INVISIBLE =
  /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u061c\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\u{e0000}-\u{e0fff}]|[\ufe00-\ufe0f]{2,}/gu;
