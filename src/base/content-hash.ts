import type { XXHashAPI } from 'xxhash-wasm';

/** xxh64 of bytes as 16 hex digits: how the index, the ledger and captures know content again. */
export interface ContentHash {
  (bytes: Uint8Array): string;
  /** The same of bytes that come one piece after the other. */
  begin(): { add(bytes: Uint8Array): void; end(): string };
}

/** Loads the hash; the WebAssembly behind it is compiled once per call, so keep what this returns. */
export async function loadContentHash(): Promise<ContentHash> {
  const { default: load } = await import('xxhash-wasm');
  const api: XXHashAPI = await load();
  return Object.assign((bytes: Uint8Array) => hexOf(api.h64Raw(bytes)), {
    begin() {
      const state = api.create64();
      return { add: (bytes: Uint8Array) => void state.update(bytes), end: () => hexOf(state.digest()) };
    },
  });
}

/** A 64-bit hash as the index stores it. */
export function hexOf(hash: bigint): string {
  return hash.toString(16).padStart(16, '0');
}
