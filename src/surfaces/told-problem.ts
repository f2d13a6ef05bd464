import { CodedError, EXIT } from '../base/errors.ts';
import type { Problem } from '../contract/api.ts';

/** The daemon's problem as the error that it was; `body` is what it answered with a status that is no success. */
export function problemError(status: number, body: string): CodedError {
  const problem = parseProblem(body);
  if (problem === null) {
    return new CodedError('daemon-answer', `the daemon answered ${status} without saying why`, {
      value: status,
    });
  }
  return new CodedError(problem.code, problem.detail, {
    value: problem.value,
    ...(problem.allowed === undefined ? {} : { allowed: problem.allowed }),
    ...(problem.next === undefined ? {} : { next: problem.next }),
    retryable: status === 503,
    exitCode: status === 503 ? EXIT.unavailable : status === 400 ? EXIT.usage : EXIT.failed,
  });
}

function parseProblem(body: string): Problem | null {
  try {
    const parsed: Partial<Problem> | null = JSON.parse(body);
    if (typeof parsed?.code !== 'string' || typeof parsed.detail !== 'string') return null;
    const { type = '', title = '', status = 0 } = parsed;
    return { ...parsed, type, title, status, code: parsed.code, detail: parsed.detail };
  } catch {
    return null;
  }
}
