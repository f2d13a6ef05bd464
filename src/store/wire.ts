import { CodedError } from '../base/errors.ts';

/** The first message to a thread of the store: which database it opens, and what for. */
export interface ThreadStart {
  path: string;
  /** URL of the folder with the files of the schema. */
  migrations: string;
  role: 'writer' | 'reader';
  /** See `OpenQuestion`. */
  fresh: boolean;
  now: number;
}

/** What crosses between the store's threads and the main one. */
export interface Call {
  id: number;
  name: string;
  input: unknown;
}
export type Reply = { id: number; output: unknown } | { id: number; error: WireError };

export interface WireError {
  code: string | null;
  message: string;
  stack: string | null;
  retryable: boolean;
  value: unknown;
  allowed: string | null;
  next: string | null;
  exitCode: number;
}

export function toWire(error: unknown): WireError {
  const coded = error instanceof CodedError ? error : null;
  return {
    code: coded?.code ?? null,
    message: error instanceof Error ? error.message : String(error),
    stack: error instanceof Error ? (error.stack ?? null) : null,
    retryable: coded?.retryable ?? false,
    value: coded?.value,
    allowed: coded?.allowed ?? null,
    next: coded?.next ?? null,
    exitCode: coded?.exitCode ?? 1,
  };
}

export function fromWire(error: WireError): Error {
  if (error.code === null) {
    const plain = new Error(error.message);
    if (error.stack !== null) plain.stack = error.stack;
    return plain;
  }
  return new CodedError(error.code, error.message, {
    value: error.value,
    retryable: error.retryable,
    exitCode: error.exitCode,
    ...(error.allowed === null ? {} : { allowed: error.allowed }),
    ...(error.next === null ? {} : { next: error.next }),
  });
}
