import { CodedError, EXIT } from '../../base/errors.ts';

/** Most bytes of a request's body. */
const BODY_LIMIT = 4 * 1024 * 1024;

/**
 * JSON only: a web page cannot send it to us without asking first. Throws `content-type-unsupported`,
 * `body-too-large`, `body-not-json`.
 */
export async function jsonBody(request: Request): Promise<unknown> {
  // Nothing at all is `{}`.
  if (request.body === null && !request.headers.has('content-type')) return {};
  const type = request.headers.get('content-type')?.split(';', 1)[0]?.trim().toLowerCase();
  if (type !== 'application/json') {
    throw new CodedError('content-type-unsupported', 'the body is not JSON', {
      value: type ?? '',
      allowed: 'application/json',
      exitCode: EXIT.usage,
    });
  }
  const text = await textOf(request);
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new CodedError('body-not-json', 'the body cannot be read as JSON', { exitCode: EXIT.usage, cause });
  }
}

/** Hono's own limit cannot be used: it fails on a body without a length behind its adapter for Node [measured]. */
async function textOf(request: Request): Promise<string> {
  if (Number(request.headers.get('content-length') ?? 0) > BODY_LIMIT) throw tooLarge();
  if (request.body === null) return '';
  const parts: Uint8Array[] = [];
  let size = 0;
  for await (const part of request.body) {
    size += part.byteLength;
    if (size > BODY_LIMIT) throw tooLarge();
    parts.push(part);
  }
  return Buffer.concat(parts).toString('utf8');
}

function tooLarge(): CodedError {
  return new CodedError('body-too-large', 'the body is too large', {
    allowed: `at most ${BODY_LIMIT} bytes`,
  });
}
