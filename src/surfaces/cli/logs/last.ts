import { bytesOf, type LogFile } from './files.ts';
import { isWanted, type LineFilter, type LogLine, lineOf, wholeLines } from './line.ts';

/** The last wanted lines of log files (newest first), oldest line first, and how far the newest file was read. */
export async function lastLines(
  files: readonly LogFile[],
  filter: LineFilter,
  most: number,
): Promise<{ lines: LogLine[]; readTo: number }> {
  const found: LogLine[] = [];
  let readTo = 0;
  for (const [at, file] of files.entries()) {
    const { lines, length } = wholeLines(await bytesOf(file, 0, file.size));
    if (at === 0) readTo = length;
    for (const text of lines.reverse()) {
      if (found.length >= most) break;
      const line = lineOf(text);
      if (isWanted(line, filter)) found.push(line);
    }
    if (found.length >= most) break;
  }
  return { lines: found.reverse(), readTo };
}
