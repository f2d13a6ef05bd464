/** What a stranger may put into a name, a text or an answer to make a terminal do something, hide something or lie. */
const CONTROL_BYTES: Readonly<Record<string, string>> = {
  'colours and a cleared screen': '\u001b[31mred\u001b[0m\u001b[2J\u001b[H\u001b[?1049h\u001bc',
  'C0 controls': Array.from({ length: 32 }, (_, code) => String.fromCharCode(code)).join('a'),
  'DEL and C1 controls': Array.from({ length: 33 }, (_, at) => String.fromCharCode(0x7f + at)).join('b'),
  'eight-bit CSI': '\u009b2J\u009b31m',
  'a link (OSC 8)': '\u001b]8;;http://evil.example/\u001b\\click\u001b]8;;\u001b\\',
  'the clipboard (OSC 52)': '\u001b]52;c;cm0gLXJmIH4K\u0007\u009d52;c;cm0gLXJmIH4K\u009c',
  'a title, and its echo': '\u001b]0;title\u0007\u001b[21t',
  'a device string': '\u001bP+q544e\u001b\\\u001b_G\u001b\\\u001b^x\u001b\\',
  'an overwritten line': 'harmless\rdangerous',
  'taken back': 'dangerous\b\b\b\b\b\b\b\b\bharmless',
  'bidi overrides': 'cod.\u202eexe\u202c \u2066x\u2069 \u200e\u200f\u061c',
  'zero width': 'a\u200bb\u2060c\ufeffd\u2063e',
  'invisible tags': 'a\u{e0001}\u{e0072}\u{e006d}\u{e007f}',
  'line separators': 'one\u2028two\u2029three\u0085four\vfive\ffive',
  annotations: '\ufff9a\ufffab\ufffb',
  'halves of characters': 'a\ud800b\udc00c',
};

/** All of it in one line, an escape first: what is cut keeps that. */
export const HOSTILE = Object.values(CONTROL_BYTES).join(' ').replaceAll('\n', ' ');

/** What must not reach a terminal or a pipe: everything of the kind but line breaks, and tabs, which move nothing back. */
const HARMFUL =
  /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\u{e0000}-\u{e007f}]|\p{Surrogate}/u;

/** How the last line of a terminal is redrawn: the one sequence that is ours where there are no colours. */
const REDRAWN = '\r\u001b[2K';

/** The first place of a text that would do harm, with what stands around it; null where there is none. */
export function harmIn(text: string): string | null {
  const own = text.replaceAll(REDRAWN, '');
  const at = own.search(HARMFUL);
  return at === -1 ? null : JSON.stringify(own.slice(Math.max(0, at - 60), at + 20));
}
