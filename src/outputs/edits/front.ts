import { BOM, bytesOf, byteTextOf } from './byte-text.ts';

/** A document, cut at the fences of its front matter. Together its parts are the whole of it, byte for byte. */
export interface Front {
  /** A byte order mark, or nothing. */
  bom: Buffer;
  /** null = there is no front matter. */
  front: { open: Buffer; yaml: Buffer; close: Buffer } | null;
  body: Buffer;
}

const OPEN = /^---[ \t]*\r?\n/;
const CLOSE = /(?:^|\n)((?:---|\.\.\.)[ \t]*(?:\r?\n|$))/;

export function frontOf(whole: Buffer): Front {
  const text = byteTextOf(whole);
  const bom = text.startsWith(BOM) ? BOM.length : 0;
  const rest = text.slice(bom);
  const open = OPEN.exec(rest)?.[0].length ?? 0;
  const end = CLOSE.exec(rest.slice(open));
  if (open === 0 || end === null)
    return { bom: whole.subarray(0, bom), front: null, body: whole.subarray(bom) };
  const fence = end[1] ?? '';
  const close = bom + open + end.index + end[0].length - fence.length;
  const body = close + fence.length;
  return {
    bom: whole.subarray(0, bom),
    front: {
      open: whole.subarray(bom, bom + open),
      yaml: whole.subarray(bom + open, close),
      close: whole.subarray(close, body),
    },
    body: whole.subarray(body),
  };
}

/** All but the body. */
export function headOf({ bom, front }: Front): Buffer {
  return front ? Buffer.concat([bom, front.open, front.yaml, front.close]) : bom;
}

/** How the lines of a document end: as its first one does. */
export function lineEndOf({ front, body }: Front): string {
  const first = byteTextOf(front?.open ?? body);
  return /^[^\n]*\r\n/.test(first) ? '\r\n' : '\n';
}

/** The document with other YAML in its front matter, which is made where there is none. */
export function withYaml({ bom, front, body }: Front, yaml: string, lineEnd: string): Buffer {
  const fence = bytesOf(`---${lineEnd}`);
  const { open, close } = front ?? { open: fence, close: fence };
  return Buffer.concat([bom, open, Buffer.from(yaml), close, body]);
}
