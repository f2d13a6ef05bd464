import { CodedError, messageOf, systemCode } from '../base/errors.ts';

/** Troubles that pass without anybody changing the rule: the thought waits, answered, and nothing is lost. */
const PASSING = new Set([
  ...['ENOSPC', 'EDQUOT', 'EROFS', 'EIO', 'EACCES', 'EPERM', 'ENOENT', 'EMFILE', 'ENFILE', 'EBUSY', 'ESTALE'],
  ...['ENODEV', 'ENXIO', 'ENOTCONN', 'ETIMEDOUT', 'EHOSTDOWN', 'EHOSTUNREACH', 'EREMOTEIO', 'ENOMEM'],
]);

/** Whether it says nothing of the output: the daemon ends, or its database does. The next one applies it. */
export function endsAll(error: unknown): boolean {
  if (error instanceof CodedError)
    return error.code === 'database-damaged' || error.code === 'store-unavailable';
  return error instanceof Error && error.name === 'AbortError';
}

/** Whether it passes by itself: the output waits. */
export function isPassing(error: unknown): boolean {
  if (error instanceof CodedError) return error.retryable;
  return PASSING.has(systemCode(error) ?? '');
}

/** What is the matter with an output root, for people. */
export function reasonOf(error: unknown): string {
  const code = systemCode(error);
  if (error instanceof CodedError) return error.message;
  if (code === 'ENOSPC' || code === 'EDQUOT')
    return 'its disk is full: make room, the writing goes on by itself';
  if (code === 'EACCES' || code === 'EPERM' || code === 'EROFS')
    return `it cannot be written (${code}): give this user write permission`;
  return messageOf(error);
}
