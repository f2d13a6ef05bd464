import { CodedError, EXIT, messageOf } from '../../base/errors.ts';
import type { Terminal } from './terminal.ts';

/** Says on `err` what went wrong and what to do next; returns the exit code. */
export function printFailure(err: Terminal, error: unknown): number {
  if (!(error instanceof CodedError)) {
    err.line(['red', 'error'], ': ', messageOf(error));
    err.line(['dim', 'This is a defect. What follows helps whoever mends it:']);
    if (error instanceof Error && error.stack !== undefined) err.text(`${error.stack}\n`);
    return EXIT.internal;
  }
  err.line(['red', 'error'], ': ', error.message, ['dim', ` (${error.code})`]);
  if (error.value !== undefined) err.line('  found:   ', String(error.value));
  for (const [at, line] of (error.allowed?.split('\n') ?? []).entries())
    err.line(at === 0 ? '  allowed: ' : '           ', line);
  if (error.next !== undefined) err.line('  next:    ', ['bold', error.next]);
  return error.exitCode;
}
