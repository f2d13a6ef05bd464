import { stripVTControlCharacters } from 'node:util';

/** Characters kept of the beginning and of the end: together less than a request may have. */
export const KEPT = { beginning: 250_000, end: 700_000 } as const;

export interface PipedText {
  text: string;
  /** Characters that were left out of the middle. */
  leftOut: number;
}

/**
 * What is piped in, as a terminal would show it in the end: without colours, and of a line that was written over and
 * over (a progress bar) what it was last. However much comes, memory is bounded: of what is too long, the beginning
 * and the end are kept, as a build tells there what it did and how it failed.
 */
export async function readPipedText(
  stream: AsyncIterable<string | Uint8Array>,
  kept: { beginning: number; end: number } = KEPT,
): Promise<PipedText> {
  const decoder = new TextDecoder();
  let beginning = '';
  let end = '';
  let leftOut = 0;
  function take(text: string): void {
    const room = kept.beginning - beginning.length;
    beginning += text.slice(0, Math.max(0, room));
    end += text.slice(Math.max(0, room));
    if (end.length <= 2 * kept.end) return;
    leftOut += end.length - kept.end;
    end = end.slice(-kept.end);
  }
  for await (const bytes of stream)
    take(typeof bytes === 'string' ? bytes : decoder.decode(bytes, { stream: true }));
  take(decoder.decode());
  if (end.length > kept.end) {
    leftOut += end.length - kept.end;
    end = end.slice(-kept.end);
  }
  if (leftOut === 0) return { text: asShown(beginning + end), leftOut };
  const [first, last] = [asShown(beginning.toWellFormed()), asShown(end.toWellFormed())];
  return { text: `${first}\n[… ${leftOut} characters are left out here …]\n${last}`, leftOut };
}

function asShown(text: string): string {
  return stripVTControlCharacters(text)
    .replaceAll('\r\n', '\n')
    .replace(/^.*\r(?=[^\n])/gm, '')
    .replaceAll('\r', '');
}
