import type { FormatExtractor } from './port.ts';
import { kindOf } from './recognise.ts';

/** Photographed and scanned pages: the text in them is recognised by the caller. */
export const image: FormatExtractor = {
  format: 'image',
  label: 'an image',
  reads: 'whole',
  matches: (name, head) => / image$/.test(kindOf(head, name) ?? ''),
  async extract(bytes) {
    const kind = kindOf(bytes.subarray(0, 8192)) ?? 'an image';
    if (/HEIF/.test(kind)) return { kind: 'unreadable', reason: `is ${kind}: save it as JPEG or PNG` };
    const page = { number: 1, text: '', pictures: [bytes] };
    return { kind: 'pages', what: `is ${kind}`, pages: [page], truncated: false };
  },
};
