/** What every error of ours carries besides its message; see {@link CodedError}. */
export interface ErrorFacts {
  /** The offending value, as the user wrote it. */
  value?: unknown;
  /** What would have been allowed. */
  allowed?: string;
  /** What to do next, in the imperative; a command where there is one. */
  next?: string;
  /** Whether trying again can help without anybody changing anything. Default: false. */
  retryable?: boolean;
  /** The exit code when this ends a command; see {@link EXIT}. Default: 1. */
  exitCode?: number;
  cause?: unknown;
}

/** Exit codes of every entry point; 69, 75 and 78 as in BSD's sysexits.h. */
export const EXIT = {
  ok: 0,
  failed: 1,
  usage: 2,
  unavailable: 69,
  internal: 70,
  busy: 75,
  config: 78,
} as const;

/** An error with a stable code, what was attempted (the message), the value, what is allowed and what to do next. */
export class CodedError extends Error {
  readonly code: string;
  readonly value: unknown;
  readonly allowed: string | undefined;
  readonly next: string | undefined;
  readonly retryable: boolean;
  readonly exitCode: number;

  constructor(code: string, message: string, facts: ErrorFacts = {}) {
    super(message, facts.cause === undefined ? undefined : { cause: facts.cause });
    this.name = 'CodedError';
    this.code = code;
    this.value = facts.value;
    this.allowed = facts.allowed;
    this.next = facts.next;
    this.retryable = facts.retryable ?? false;
    this.exitCode = facts.exitCode ?? EXIT.failed;
  }
}

/** The system error code (`ENOENT`, …) of anything thrown, or undefined. */
export function systemCode(error: unknown): string | undefined {
  if (typeof error !== 'object' || error === null || !('code' in error)) return undefined;
  return typeof error.code === 'string' ? error.code : undefined;
}

/** A one-line message of anything thrown. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
