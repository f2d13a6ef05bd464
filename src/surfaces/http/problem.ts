import { CodedError, EXIT } from '../../base/errors.ts';
import { withoutTokens } from '../../base/secrets.ts';
import type { Problem } from '../../contract/api.ts';
import { MASK } from '../../contract/problem.ts';

/** HTTP status of our codes; those not named follow from the exit code that the error carries. */
const STATUS: Readonly<Record<string, number>> = {
  ...all(
    400,
    'request-target',
    'token-in-url',
    'request-invalid',
    'body-not-json',
    'path-not-absolute',
    'log-level-unknown',
  ),
  ...all(401, 'token-missing', 'token-refused', 'code-refused'),
  ...all(
    403,
    'host-refused',
    'origin-refused',
    'site-refused',
    'scope-missing',
    'file-denied',
    'cloud-denied',
  ),
  ...all(
    404,
    'not-found',
    'thought-unknown',
    'token-unknown',
    'nothing-to-undo',
    'nothing-to-compare',
    'proposal-unknown',
  ),
  ...all(404, 'rule-file-unknown'),
  ...all(405, 'method-not-allowed'),
  ...all(409, 'thought-ambiguous', 'proposal-decided', 'proposal-changed', 'proposal-held'),
  ...all(409, 'key-in-use', 'request-key-taken', 'token-name-taken', 'tokens-too-many', 'http-off'),
  ...all(412, 'rule-changed'),
  ...all(413, 'body-too-large'),
  ...all(415, 'content-type-unsupported'),
  ...all(422, 'rule-unknown', 'rule-not-on-files', 'rule-invalid', 'proposal-not-editable', 'key-reused'),
  ...all(422, 'model-unknown', 'models-missing', 'model-unfit', 'model-impossible', 'cloud-not-asked'),
  ...all(422, 'file-unreadable', 'answer-unusable', 'output-escapes', 'template-failed', 'embeddings-off'),
  ...all(422, 'rule-not-a-file', 'rule-unreadable', 'rule-not-on-event'),
  ...all(428, 'precondition-missing'),
  ...all(429, 'too-many-guesses'),
  ...all(431, 'headers-too-many'),
  ...all(502, 'model-failed', 'embeddings-failed'),
  ...all(503, 'model-held', 'http-port', 'too-busy'),
  ...all(507, 'disk-full', 'token-not-forgotten'),
};
const STATUS_OF_EXIT: Readonly<Record<number, number>> = {
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
  // Also of what somebody asked about: a token in the wrong place is in no answer, and in nobody's log of answers.
  return new Response(withoutTokens(JSON.stringify(problem), MASK), {
    status: problem.status,
    headers: {
      'content-type': 'application/problem+json',
      'cache-control': 'no-store',
      ...(problem.code === 'method-not-allowed' ? { allow: problem.allowed ?? '' } : {}),
    },
  });
}

function all(status: number, ...codes: string[]): Record<string, number> {
  return Object.fromEntries(codes.map((code) => [code, status]));
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
