import { readFile, stat } from 'node:fs/promises';
import { messageOf, systemCode } from '../base/errors.ts';
import { toFs } from '../base/path-text.ts';
import type { ConfigProblem } from '../contract/problem.ts';

export type TextRead =
  | { kind: 'text'; text: string; bytes: Buffer; mode: number }
  | { kind: 'absent' }
  | { kind: 'unusable'; problem: ConfigProblem };

/** No configuration or rule written by a person comes near this many bytes. */
export const TEXT_BYTES = 1_048_576;

/** Reads a file of UTF-8 text; everything that can be wrong with it comes back as a problem. */
export async function readText(file: string): Promise<TextRead> {
  try {
    const facts = await stat(toFs(file));
    // A pipe or a device would block for ever.
    if (!facts.isFile()) return unusable(file, null, 'not a regular file', 'a file');
    if (facts.size > TEXT_BYTES)
      return unusable(file, null, `${facts.size} bytes long`, `at most ${TEXT_BYTES} bytes`);
    const bytes = await readFile(toFs(file));
    const line = invalidLine(bytes);
    if (line !== null) return unusable(file, line, 'not valid UTF-8', 'text in UTF-8');
    const text = bytes.toString('utf8').replace(/^\ufeff/, '');
    return { kind: 'text', text, bytes, mode: facts.mode };
  } catch (error) {
    if (systemCode(error) === 'ENOENT' || systemCode(error) === 'ENOTDIR') return { kind: 'absent' };
    return unusable(file, null, `cannot be read: ${systemCode(error) ?? messageOf(error)}`, null);
  }
}

function unusable(file: string, line: number | null, message: string, allowed: string | null): TextRead {
  const problem: ConfigProblem = {
    file,
    line,
    column: null,
    key: '',
    value: undefined,
    message,
    allowed,
    nearest: null,
    severity: 'error',
  };
  return { kind: 'unusable', problem };
}

/** The first line that is not UTF-8, from 1, or null. A line feed is never part of a longer sequence. */
function invalidLine(bytes: Buffer): number | null {
  if (Buffer.from(bytes.toString('utf8')).equals(bytes)) return null;
  let line = 1;
  for (let start = 0; start < bytes.length; line += 1) {
    const feed = bytes.indexOf(10, start);
    const end = feed === -1 ? bytes.length : feed + 1;
    const slice = bytes.subarray(start, end);
    if (!Buffer.from(slice.toString('utf8')).equals(slice)) return line;
    start = end;
  }
  return line;
}
