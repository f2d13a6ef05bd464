/** Where a line (from 1) of a text begins and ends, to be selected; the last line for what is past the end. */
export function rangeOfLine(text: string, line: number): { from: number; to: number } {
  let from = 0;
  for (let at = 1; at < line; at++) {
    const next = text.indexOf('\n', from);
    if (next < 0) break;
    from = next + 1;
  }
  const end = text.indexOf('\n', from);
  return { from, to: end < 0 ? text.length : end };
}

export function linesIn(text: string): number {
  let lines = 1;
  for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) lines += 1;
  return lines;
}

/** The worst that is said of each line, by its number. */
export function marksOf(
  problems: readonly { line: number | null; severity: 'error' | 'warning' }[],
): Map<number, 'error' | 'warning'> {
  const marks = new Map<number, 'error' | 'warning'>();
  for (const { line, severity } of problems) {
    if (line !== null && marks.get(line) !== 'error') marks.set(line, severity);
  }
  return marks;
}

/** Where somebody stands in a text that was changed under them: at the same words, or at the end of what is the same. */
export function placeAfter(before: string, after: string, at: number): number {
  const most = Math.min(before.length, after.length);
  let same = 0;
  while (same < most && before[same] === after[same]) same += 1;
  if (at <= same) return at;
  let sameEnd = 0;
  while (sameEnd < most - same && before.at(-1 - sameEnd) === after.at(-1 - sameEnd)) sameEnd += 1;
  const toEnd = before.length - at;
  return toEnd <= sameEnd ? after.length - toEnd : same;
}
