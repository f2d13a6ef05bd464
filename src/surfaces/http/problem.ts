import { CodedError, EXIT } from '../../base/errors.ts';
import type { Problem } from '../../contract/api.ts';

/** HTTP status of our codes; those not named follow from the exit code that the error carries. */
const STATUS: Record<string, number> = {
  'request-invalid': 400,
  'body-not-json': 400,
  'path-not-absolute': 400,
  'log-level-unknown': 400,
  'not-found': 404,
  'thought-unknown': 404,
  'nothing-to-undo': 404,
  'proposal-unknown': 404,
  'method-not-allowed': 405,
  'thought-ambiguous': 409,
  'proposal-decided': 409,
  'proposal-changed': 409,
  'proposal-held': 409,
  'body-too-large': 413,
  'content-type-unsupported': 415,
  'rule-unknown': 422,
  'rule-not-on-files': 422,
  'proposal-not-editable': 422,
  'key-reused': 422,
  'key-in-use': 409,
  'request-key-taken': 409,
  'rule-invalid': 422,
  'model-unknown': 422,
  'model-held': 503,
  'disk-full': 507,
};
const STATUS_OF_EXIT: Record<number, number> = {
  [EXIT.usage]: 400,
  [EXIT.unavailable]: 503,
  [EXIT.busy]: 503,
};

/**
 * What a client may know of an error: coded errors as they are, everything else as `internal` without a word
 * of it, since messages and stacks of defects may hold what was thought about.
 */
export function problemOf(error: unknown): Problem {
  if (!(error instanceof CodedError)) {
    return {
      type: 'urn:consciousness:problem:internal',
      title: 'Internal error',
      status: 500,
      code: 'internal',
      detail: 'The daemon met an error it does not know; its log has it.',
      next: 'consciousness doctor',
    };
  }
  const status = STATUS[error.code] ?? STATUS_OF_EXIT[error.exitCode] ?? (error.retryable ? 503 : 500);
  return {
    type: `urn:consciousness:problem:${error.code}`,
    title: titleOf(error.code),
    status,
    code: error.code,
    detail: error.message,
    ...(error.value === undefined ? {} : { value: showable(error.value) }),
    ...(error.allowed === undefined ? {} : { allowed: error.allowed }),
    ...(error.next === undefined ? {} : { next: error.next }),
  };
}

/** The problem as a response. */
export function problemResponse(problem: Problem): Response {
  return new Response(JSON.stringify(problem), {
    status: problem.status,
    headers: { 'content-type': 'application/problem+json', 'cache-control': 'no-store' },
  });
}

/** `thought-unknown` -> `Thought unknown`. */
function titleOf(code: string): string {
  const words = code.replaceAll('-', ' ');
  return words.charAt(0).toUpperCase() + words.slice(1);
}

/** A value that certainly becomes JSON. */
function showable(value: unknown): unknown {
  return ['string', 'number', 'boolean'].includes(typeof value) || value === null ? value : String(value);
}
