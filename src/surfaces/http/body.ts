import { CodedError, EXIT } from '../../base/errors.ts';

/** JSON only: a web page cannot send it to us without asking first. */
export async function jsonBody(request: Request): Promise<unknown> {
  const type = request.headers.get('content-type')?.split(';', 1)[0]?.trim().toLowerCase();
  if (type !== 'application/json') {
    throw new CodedError('content-type-unsupported', 'the body is not JSON', {
      value: type ?? '',
      allowed: 'application/json',
      exitCode: EXIT.usage,
    });
  }
  try {
    return await request.json();
  } catch (cause) {
    if (cause instanceof CodedError) throw cause;
    throw new CodedError('body-not-json', 'the body cannot be read as JSON', { exitCode: EXIT.usage, cause });
  }
}
