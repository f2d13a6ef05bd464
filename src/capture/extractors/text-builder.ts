import type { ExtractLimits } from '../extraction.ts';
import type { FormatText } from './port.ts';

/** Collects the lines of a document, up to the limit of what is kept. */
export interface TextBuilder {
  line(text: string): void;
  /** A line of its own, with an empty one before and after it. */
  heading(level: number, text: string): void;
  /** Cells of a table's row. */
  row(cells: readonly string[]): void;
  /** An empty line, unless there is one. */
  gap(): void;
  isFull(): boolean;
  /** `nothing` completes "This file …" where no line was collected. */
  result(nothing: string): FormatText;
}

export function createTextBuilder(limits: ExtractLimits): TextBuilder {
  const lines: string[] = [];
  let characters = 0;
  const isFull = () => characters > limits.outputCharacters;
  const gap = () => {
    if (lines.length > 0 && lines.at(-1) !== '') lines.push('');
  };
  const line = (text: string) => {
    if (isFull()) return;
    lines.push(text);
    characters += text.length + 1;
  };
  return {
    line,
    gap,
    isFull,
    heading(level, text) {
      const title = text.replaceAll(/\s+/g, ' ').trim();
      if (title === '') return;
      gap();
      line(`${'#'.repeat(Math.min(Math.max(level, 1), 6))} ${title}`);
      gap();
    },
    row(cells) {
      const texts = cells.map((cell) => cell.replaceAll(/\s+/g, ' ').trim());
      while (texts.at(-1) === '') texts.pop();
      if (texts.length > 0) line(texts.join(' | '));
    },
    result(nothing) {
      const text = lines.join('\n').trim();
      if (text === '') return { kind: 'unreadable', reason: nothing };
      return { kind: 'text', text: `${text}\n`, truncated: isFull() };
    },
  };
}
