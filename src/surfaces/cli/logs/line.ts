/** One line of the log. */
export interface LogLine {
  text: string;
  /** What it says; null where it is no JSON object, such as one that a power cut tore. */
  entry: Readonly<Record<string, unknown>> | null;
}

/** Which lines are wanted. */
export interface LineFilter {
  /** Epoch milliseconds. */
  since: number | null;
  /** Levels that are severe enough; null = every one. */
  levels: readonly string[] | null;
}

/** A line as it was written. */
export function lineOf(text: string): LogLine {
  try {
    const entry: unknown = JSON.parse(text);
    return { text, entry: typeof entry === 'object' && entry !== null ? { ...entry } : null };
  } catch {
    return { text, entry: null };
  }
}

/** Pure: whether a line is wanted. One that says nothing of its time and level is, unless one of them was asked for. */
export function isWanted({ entry }: LogLine, { since, levels }: LineFilter): boolean {
  if (levels !== null && !levels.includes(String(entry?.['level']))) return false;
  return since === null || Date.parse(String(entry?.['time'])) >= since;
}

/** Whole lines of some bytes, and how many bytes they are: what comes after the last line break is not one yet. */
export function wholeLines(bytes: Buffer): { lines: string[]; length: number } {
  const length = bytes.lastIndexOf(0x0a) + 1;
  const text = bytes.toString('utf8', 0, length);
  return { lines: text.split('\n').filter((line) => line !== ''), length };
}
