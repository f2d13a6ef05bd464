/**
 * What does something to a terminal, hides something or turns it around: C0 and C1 controls (ESC and CSI among them), DEL,
 * line and paragraph separators, bidi controls, what has no width, the byte order mark, and tag characters, which are
 * invisible.
 */
export const HARMFUL =
  /[\u0000-\u001f\u007f-\u009f\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\u{e0000}-\u{e007f}]/gu;

/** A harmful character as JSON writes it. */
export function jsonEscape(char: string): string {
  const units = Array.from({ length: char.length }, (_, at) => char.charCodeAt(at));
  return units.map((unit) => `\\u${unit.toString(16).padStart(4, '0')}`).join('');
}

/** The same JSON value with everything harmful written as `\uXXXX`; line breaks between its lines stay. */
export function harmlessJson(json: string): string {
  return json.replace(HARMFUL, (char) => (char === '\n' ? char : jsonEscape(char)));
}
