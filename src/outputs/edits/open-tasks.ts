import { byteTextOf, decoded, plain } from './byte-text.ts';
import { type Line, linesOf } from './lines.ts';
import { outlineOf } from './outline.ts';

const TASK = /^[ \t]*(?:>[ \t]*)*(?:[-*+]|\d{1,9}[.)])[ \t]+\[(.)\][ \t]+(.*)$/;

/** The open tasks of a text in its own words, those in code left out, each once. */
export function openTasks(text: string): string[] {
  const lines = linesOf(byteTextOf(Buffer.from(text)));
  const { isProse } = outlineOf(lines);
  const found = new Map<string, string>();
  for (const [at, line] of lines.entries()) {
    const [, state, words = ''] = (isProse[at] && TASK.exec(line.text)) || [];
    const key = taskKey(words);
    if (state === ' ' && key !== '' && !found.has(key)) found.set(key, decoded(words).trim());
  }
  return Array.from(found.values());
}

/** The tasks of a list, open or not, as they are compared; those in code count, too: a fence may have lost its end. */
export function knownTasks(lines: readonly Line[]): Set<string> {
  return new Set(lines.map(({ text }) => taskKey(TASK.exec(text)?.[2] ?? '')));
}

/** Two tasks with the same key are one. */
export function taskKey(words: string): string {
  return plain(words).toLowerCase();
}
