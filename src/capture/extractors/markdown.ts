import { decodeText } from './decode.ts';
import type { FormatExtractor } from './port.ts';
import { looksLikeText } from './recognise.ts';

/** Markdown, as it is. */
export const markdown: FormatExtractor = {
  format: 'markdown',
  label: 'Markdown',
  reads: 'head',
  matches: (name, head) => /\.(md|markdown|mdown|mkd|mdx|qmd)$/i.test(name) && looksLikeText(head),
  extract: async (bytes) => ({ kind: 'text', text: await decodeText(bytes), truncated: false }),
};
