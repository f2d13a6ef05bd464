import type { Transport } from '@modelcontextprotocol/client';

/** One way to a server, for one connection. */
export interface Link {
  transport: Transport;
  /** Why it ended by itself, in words; undefined while it has not. */
  ending(): string | undefined;
  /** Resolves when nothing of it is left; never rejects. May be called before it was opened, and twice. */
  close(): Promise<void>;
}

/** Bytes of one message (stdio) or one answer (HTTP); more ends the connection. Pictures come in base64. */
export const MOST_BYTES = 10 * 1024 * 1024;
