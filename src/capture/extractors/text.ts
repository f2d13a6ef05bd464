import { decodeText } from './decode.ts';
import type { FormatExtractor } from './port.ts';
import { looksLikeText } from './recognise.ts';

/** Plain text in any encoding: letters, logs, CSV, source code, … */
export const text: FormatExtractor = {
  format: 'text',
  label: 'plain text',
  reads: 'head',
  matches: (_name, head) => looksLikeText(head),
  extract: async (bytes) => ({ kind: 'text', text: await decodeText(bytes), truncated: false }),
};
