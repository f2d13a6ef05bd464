import { TextDecoder } from 'node:util';
import type { Member } from './zip.ts';

/** What is heard of an XML document; names of elements and attributes come without their prefixes. */
export interface XmlListener {
  open?(name: string, attributes: Record<string, string>): void;
  text?(text: string): void;
  close?(name: string): void;
  /** Whether enough was heard: asked now and then, and the rest is not read. */
  isDone?(): boolean;
}

/** Reads XML from beginning to end. Entities of a document's own, and external ones, are never resolved. */
export async function readXml(member: Member | undefined, listener: XmlListener): Promise<void> {
  if (member === undefined) return;
  const { Parser } = await import('htmlparser2');
  const parser = new Parser(
    {
      onopentag(name, attributes) {
        const bare = Object.entries(attributes).map(([key, value]) => [withoutPrefix(key), value] as const);
        listener.open?.(withoutPrefix(name), Object.fromEntries(bare));
      },
      ontext: (text) => listener.text?.(text),
      onclosetag: (name) => listener.close?.(withoutPrefix(name)),
    },
    { xmlMode: true, decodeEntities: true },
  );
  let decoder: TextDecoder | undefined;
  for await (const chunk of member) {
    decoder ??= decoderOf(chunk);
    parser.write(decoder.decode(chunk, { stream: true }));
    if (listener.isDone?.()) return;
  }
  parser.end(decoder?.decode());
}

/** By the byte order mark, or what the XML declaration says; nearly always UTF-8. */
function decoderOf(start: Uint8Array): TextDecoder {
  const [first, second] = start;
  if (first === 0xff && second === 0xfe) return new TextDecoder('utf-16le');
  if (first === 0xfe && second === 0xff) return new TextDecoder('utf-16be');
  const declaration = Buffer.from(start.subarray(0, 200)).toString('latin1');
  const label = /^[^<]{0,3}<\?xml[^>]{0,100}encoding=["']([\w.:-]{2,40})["']/.exec(declaration)?.[1];
  try {
    return new TextDecoder(label ?? 'utf-8');
  } catch {
    return new TextDecoder();
  }
}

function withoutPrefix(name: string): string {
  return name.slice(name.indexOf(':') + 1);
}
