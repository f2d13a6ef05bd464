import { crc32, deflateSync } from 'node:zlib';

/** Grey pixels as they are stored, row by row: eight bits a pixel, or one (rows begin at whole bytes; 1 is white). */
export interface GreyPicture {
  width: number;
  height: number;
  bits: 1 | 8;
  data: Uint8Array;
}

/** A PNG file of grey pixels: small enough to be handed on, and whatever recognises text reads it. */
export function greyPng({ width, height, bits, data }: GreyPicture): Uint8Array<ArrayBuffer> {
  const stride = Math.ceil((width * bits) / 8);
  const rows = new Uint8Array((stride + 1) * height);
  // Each row begins with its filter: 0, none.
  for (let y = 0; y < height; y += 1)
    rows.set(data.subarray(y * stride, (y + 1) * stride), y * (stride + 1) + 1);
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header[8] = bits;
  const file = Buffer.concat([
    Buffer.from('\x89PNG\r\n\x1a\n', 'latin1'),
    chunk('IHDR', header),
    chunk('IDAT', deflateSync(rows, { level: 1 })),
    chunk('IEND', new Uint8Array()),
  ]);
  // With a buffer of its own, which can be handed to another thread.
  return new Uint8Array(file);
}

function chunk(type: string, data: Uint8Array): Buffer {
  const body = Buffer.concat([Buffer.from(type, 'latin1'), data]);
  const length = Buffer.alloc(4);
  length.writeUInt32BE(data.length);
  const check = Buffer.alloc(4);
  check.writeUInt32BE(crc32(body));
  return Buffer.concat([length, body, check]);
}
