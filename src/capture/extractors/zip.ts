import { crc32 } from 'node:zlib';
import type { Entry, ZipFile } from 'yauzl';
import type { ExtractLimits } from '../extraction.ts';
import { CONTAINER } from './recognise.ts';

/** Bytes that what is read of one document may come to: texts compress well, and a bomb compresses better. */
const INFLATED = 128 * 1024 * 1024;

/** Members of a document, read or not; a long presentation has a few hundred. */
const MOST_MEMBERS = 20_000;

/** How documents that are ZIP archives begin. */
const ZIP = 'PK\x03\x04';

/** The bytes of a member, inflated while they are read. */
export type Member = AsyncIterable<Uint8Array>;

/** Members of a document that is a ZIP archive, by name. */
export interface Members {
  has(name: string): boolean;
  /** Reading it throws an error whose message says why it cannot be. */
  get(name: string): Member | undefined;
}

/**
 * The members of a document. Nothing is inflated but what is read, when it is read, and nothing is written anywhere.
 * Throws an error whose message says why it cannot be opened.
 */
export async function openZip(bytes: Uint8Array, limits: ExtractLimits): Promise<Members> {
  const start = Buffer.from(bytes.subarray(0, 8)).toString('latin1');
  if (start === CONTAINER) throw new Error('it is encrypted, and needs a password');
  if (!start.startsWith(ZIP)) throw new Error('it is damaged or something else');
  const { fromBufferPromise } = await import('yauzl');
  const entries = new Map<string, Entry>();
  let archive: ZipFile;
  try {
    archive = await fromBufferPromise(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength));
    if (archive.entryCount <= MOST_MEMBERS)
      for await (const entry of archive.eachEntry()) entries.set(entry.fileName, entry);
  } catch {
    throw new Error('it is damaged');
  }
  if (archive.entryCount > MOST_MEMBERS) throw new Error(`it has more than ${MOST_MEMBERS} parts`);
  const budget = { left: Math.min(INFLATED, limits.memoryMb * 1024 * 1024) };
  const tooBig = `it unpacks to more than ${Math.round(budget.left / 1024 / 1024)} MiB`;
  return {
    has: (name) => entries.has(name),
    get(name) {
      const entry = entries.get(name);
      return entry && inflate(archive, entry, budget, tooBig);
    },
  };
}

async function* inflate(
  archive: ZipFile,
  entry: Entry,
  budget: { left: number },
  tooBig: string,
): AsyncGenerator<Uint8Array> {
  if (entry.isEncrypted()) throw new Error('it is encrypted, and needs a password');
  // Said beforehand, and held to it below: a bomb costs nothing.
  budget.left -= entry.uncompressedSize;
  if (budget.left < 0) throw new Error(tooBig);
  let sum = 0;
  try {
    // It ends with an error where there are not as many bytes as the archive says.
    for await (const chunk of await archive.openReadStreamPromise(entry)) {
      sum = crc32(chunk, sum);
      yield chunk;
    }
  } catch {
    throw new Error('it is damaged');
  }
  if (sum !== entry.crc32) throw new Error('it is damaged');
}

/** All bytes of a member at once. */
export async function bytesOf(member: Member | undefined): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of member ?? []) chunks.push(chunk);
  return Buffer.concat(chunks);
}
