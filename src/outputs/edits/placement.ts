import { isBlank, type Line, withLines, withoutLines } from './lines.ts';
import { findHeading, outlineOf, sectionEnd, wantedHeading } from './outline.ts';

/** Lines that go into a document before the one at `at`, with what sets them apart from what is there. */
export interface Placement {
  at: number;
  /** A heading that was missing, and blank lines. */
  above: string[];
  texts: string[];
  below: string[];
}

/** At the end of a heading's section; a heading that is missing is put at the end of the document, with its lines. */
export function placeUnder(lines: readonly Line[], under: string, texts: string[]): Placement {
  const outline = outlineOf(lines);
  const heading = findHeading(outline, under);
  if (heading === null) {
    const last = lines.at(-1);
    const isApart = last === undefined || isBlank(last);
    const title = wantedHeading(under).level === null ? `## ${under}` : under;
    return { at: lines.length, above: [...(isApart ? [] : ['']), title, ''], texts, below: [] };
  }
  const at = sectionEnd(lines, outline, heading);
  const next = lines[at];
  return { at, above: [], texts, below: next === undefined || isBlank(next) ? [] : [''] };
}

export function putIn(lines: readonly Line[], { at, above, texts, below }: Placement): Line[] {
  return withLines(lines, at, [...above, ...texts, ...below]);
}

/**
 * Takes `count` lines at `at` out again, with what had set them apart as far as it is still there: a heading only where
 * nothing else came beneath it since. `placement`: null = what was put around them is not known.
 */
export function takeOut(
  lines: readonly Line[],
  at: number,
  count: number,
  placement: Placement | null,
): Line[] {
  const { above, below } = placement ?? { above: [], below: [] };
  const under = at + count;
  const end = under + (isThere(lines, under, below) ? below.length : 0);
  const start = at - above.length;
  const rest = lines.slice(under).find((line) => !isBlank(line));
  const isEmpty = rest === undefined || /^#{1,6}(?:[ \t]|$)/.test(rest.text);
  return isEmpty && isThere(lines, start, above)
    ? withoutLines(lines, start, end - start)
    : withoutLines(lines, at, end - at);
}

function isThere(lines: readonly Line[], at: number, texts: readonly string[]): boolean {
  return texts.every((text, index) => lines[at + index]?.text.replace(/[ \t]+$/, '') === text);
}
