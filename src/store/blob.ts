import { zstdCompressSync, zstdDecompressSync } from 'node:zlib';
import { sha256 } from '../base/ids.ts';
import { statement, type Transaction } from './statement.ts';

/** Bytes below this are kept as they are: compressing them costs more than it saves. */
const COMPRESS_FROM = 512;

const insert = statement<{ hash: string; size: number; codec: string; data: Uint8Array }>(
  `INSERT INTO blobs (hash, size, codec, data, used)
   VALUES (:hash, :size, :codec, :data, (SELECT epoch FROM retention))
   ON CONFLICT (hash) DO UPDATE SET used = excluded.used WHERE used < excluded.used`,
);
const select = statement<{ hash: string }, { codec: string; data: Uint8Array }>(
  `SELECT codec, data FROM blobs WHERE hash = :hash`,
);

/** Stores content by its SHA-256 and returns that hash. */
export async function putBlob(tx: Transaction, content: string | Uint8Array): Promise<string> {
  const bytes = typeof content === 'string' ? Buffer.from(content) : content;
  const hash = sha256(bytes);
  const small = bytes.byteLength < COMPRESS_FROM;
  await tx.run(insert, {
    hash,
    size: bytes.byteLength,
    codec: small ? 'raw' : 'zstd',
    data: small ? bytes : zstdCompressSync(bytes),
  });
  return hash;
}

/** The content behind a hash; null when retention has taken it. */
export async function getBytes(tx: Transaction, hash: string): Promise<Buffer | null> {
  const row = await tx.one(select, { hash });
  if (!row) return null;
  return row.codec === 'zstd' ? zstdDecompressSync(row.data) : Buffer.from(row.data);
}

/** The content behind a hash as UTF-8 text. */
export async function getText(tx: Transaction, hash: string | null): Promise<string | null> {
  if (hash === null) return null;
  return (await getBytes(tx, hash))?.toString('utf8') ?? null;
}
