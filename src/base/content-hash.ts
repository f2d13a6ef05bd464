import type { XXHashAPI } from 'xxhash-wasm';

/** xxh64 of bytes as 16 hex digits: how the index, the ledger and captures know content again. */
export type ContentHash = (bytes: Uint8Array) => string;

/** Loads the hash; the WebAssembly behind it is compiled once per call, so keep what this returns. */
export async function loadContentHash(): Promise<ContentHash> {
  const { default: load } = await import('xxhash-wasm');
  const api: XXHashAPI = await load();
  return (bytes) => hexOf(api.h64Raw(bytes));
}

/** A 64-bit hash as the index stores it. */
export function hexOf(hash: bigint): string {
  return hash.toString(16).padStart(16, '0');
}
