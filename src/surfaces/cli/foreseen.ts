import { structuredPatch } from 'diff';
import type { TryOutput, TryView } from '../../contract/try.ts';
import { count, span } from './phrases.ts';
import type { Terminal } from './terminal.ts';

const WORDS: Record<string, string> = {
  create: 'would create',
  replace: 'would replace',
  append: 'would append to',
  edit: 'would edit',
  propose: 'would ask about',
  send: 'would send to',
};

/** One output that was not applied, as a unified diff of at most `most` lines. */
export function printForeseen(
  out: Terminal,
  output: Pick<TryOutput, 'mode' | 'target' | 'source' | 'before' | 'after' | 'reason'>,
  most: number,
): void {
  const { mode, target, source, before, after, reason } = output;
  const isAsked = mode === 'propose';
  if (source === undefined)
    out.line([isAsked ? 'yellow' : 'green', WORDS[mode] ?? mode], ' ', ['bold', target]);
  else {
    const does = isAsked ? 'would ask about moving' : 'would move';
    out.line([isAsked ? 'yellow' : 'green', does], ` ${source}`);
    out.line('  to ', ['bold', target]);
  }
  if (reason !== '') out.line('  ', ['yellow', reason]);
  if (source === undefined) printDiff(out, before, after, most);
}

/** What becomes of a file (null = there was none), as a unified diff of at most `most` lines. */
export function printDiff(out: Terminal, before: string | null, after: string, most: number): void {
  const lines = diffLines(before, after);
  for (const line of lines.slice(0, most)) {
    const style = line.startsWith('+') ? 'green' : line.startsWith('-') ? 'red' : 'dim';
    out.line('  ', [style, line]);
  }
  if (lines.length > most) out.line('  ', ['dim', `… ${count(lines.length - most, 'more line')}`]);
}

function diffLines(before: string | null, after: string): string[] {
  const { hunks } = structuredPatch('', '', before ?? '', after, '', '', { context: 2 });
  if (hunks.length === 0) return before === null ? [] : [' (it stays as it is)'];
  return hunks.flatMap(({ oldStart, oldLines, newStart, newLines, lines }) => [
    // Of a new file, where its lines are is plain.
    ...(before === null ? [] : [`@@ -${oldStart},${oldLines} +${newStart},${newLines} @@`]),
    ...lines.filter((line) => !line.startsWith('\\')),
  ]);
}

/** "lmstudio/qwen3-4b, first token after 0.4 s, 6.2 s in all, 812 tokens in and 120 out". */
export function callFacts({ provider, model, firstTokenMs, totalMs, usage }: TryView): string {
  const { inputTokens, outputTokens } = usage;
  return [
    `${provider}/${model}`,
    firstTokenMs === null ? '' : `first token after ${span(firstTokenMs)}`,
    totalMs === null ? '' : `${span(totalMs)} in all`,
    inputTokens === null || outputTokens === null ? '' : `${inputTokens} tokens in and ${outputTokens} out`,
  ]
    .filter(Boolean)
    .join(', ');
}
