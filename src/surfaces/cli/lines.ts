import { count } from './phrases.ts';
import type { Terminal } from './terminal.ts';

/** A text indented, cut after `characters`. */
export function printLines(out: Terminal, text: string, characters: number): void {
  const lines = text
    .slice(0, characters)
    .replace(/\r?\n$/, '')
    .split(/\r?\n/);
  for (const line of lines) out.line('  ', line);
  const rest = text.length - characters;
  if (rest > 0) out.line('  ', ['dim', `… ${count(rest, 'more character')}; --json shows all`]);
}
