import { CodedError, EXIT } from '../../base/errors.ts';
import type { Access } from '../../contract/access.ts';
import type { Failures } from '../access/failures.ts';
import { holdsToken } from '../access/token-text.ts';
import type { Tokens } from '../access/tokens.ts';

/** Most header lines of a request. Node leaves out those beyond 2000 without a word, and an Origin could be among them. */
const MOST_HEADERS = 100;
/** All that any route has. */
const METHODS = ['GET', 'HEAD', 'POST', 'PUT', 'DELETE'];
/** Where a page on this port asks, or a person who typed the address; to another port counts as another site. */
const OWN_SITE = ['same-origin', 'none'];
/** Names by which tokens are put into addresses. */
const IN_URL = /[?&](access_token|token|bearer|authorization|api_key)=/i;

/** A request as it came over the wire, before anything made sense of it. */
export interface RawRequest {
  method: string;
  /** The request target, as sent. */
  target: string;
  /** Names and values in turn, as sent. */
  headers: readonly string[];
}

/** Who asks (null = nobody that is known, of a route that is open to all), or why they are not let in. */
export type Admission =
  | { kind: 'admitted'; access: Extract<Access, { kind: 'token' }> | null }
  | { kind: 'refused'; error: CodedError; headers: Readonly<Record<string, string>> };

export interface GuardOptions {
  /** The port that the request came through. */
  port: number;
  tokens: Pick<Tokens, 'admit'>;
  failures: Failures;
  /** Whether a route needs no token. */
  isOpen(method: string, path: string): boolean;
}

/** Who stands before the port: every request over it is looked at here, whatever its path. */
export function createGuard(options: GuardOptions): (request: RawRequest) => Admission {
  return (request) => {
    const error = misplaced(request, options.port);
    if (error !== null) {
      return refused(error, error.code === 'method-not-allowed' ? { allow: METHODS.join(', ') } : {});
    }
    const [authorization, ...more] = valuesOf(request, 'authorization');
    if (authorization === undefined) {
      const [path = ''] = request.target.split('?', 1);
      if (options.isOpen(request.method, path)) return { kind: 'admitted', access: null };
      return notLetIn(missing(), options.failures);
    }
    const [, text = ''] = more.length > 0 ? [] : (/^bearer +(\S+)$/i.exec(authorization) ?? []);
    const access = options.tokens.admit(text);
    return access === null ? notLetIn(wrong(), options.failures) : { kind: 'admitted', access };
  };
}

/** Why a request cannot come from a program of this machine, or from a page of ours; null where it can. */
export function misplaced(request: RawRequest, port: number): CodedError | null {
  const { method, target } = request;
  if (request.headers.length > MOST_HEADERS * 2) {
    return refusal('headers-too-many', 'the request has too many headers', {
      value: request.headers.length / 2,
      allowed: `at most ${MOST_HEADERS}`,
    });
  }
  // Also `http://elsewhere/v1/…`, which would stand in for the Host.
  if (!target.startsWith('/'))
    return refusal('request-target', 'the request names no path', { allowed: 'a target that begins with /' });
  const hosts = valuesOf(request, 'host');
  const ours = [`127.0.0.1:${port}`, `localhost:${port}`];
  const [host = ''] = hosts;
  if (hosts.length !== 1 || !ours.includes(host))
    return refusal('host-refused', 'the request is for another host', {
      value: shown(hosts),
      allowed: ours.join(' or '),
    });
  const origins = valuesOf(request, 'origin');
  const ownOrigins = ours.map((each) => `http://${each}`);
  if (origins.length > 1 || origins.some((origin) => !ownOrigins.includes(origin)))
    return refusal('origin-refused', 'the request comes from a page of another origin', {
      value: shown(origins),
      allowed: ownOrigins.join(' or '),
    });
  const sites = valuesOf(request, 'sec-fetch-site');
  if (sites.some((site) => !OWN_SITE.includes(site)))
    return refusal('site-refused', 'the request comes from a page of another site', {
      value: shown(sites),
      allowed: OWN_SITE.join(' or '),
    });
  if (!METHODS.includes(method))
    return refusal('method-not-allowed', `nothing answers ${shown([method])}`, {
      allowed: METHODS.join(', '),
    });
  if (IN_URL.test(target) || holdsToken(target) || holdsToken(decoded(target)))
    return refusal('token-in-url', 'a token in an address ends up in logs and histories', {
      allowed: 'the header `Authorization: Bearer …`',
      next: 'revoke the token (consciousness token revoke), and make a new one',
    });
  return null;
}

/** The same for a token that is unknown, revoked, expired or no token at all. */
function wrong(): CodedError {
  return refusal('token-refused', 'nobody is let in with this token', { next: 'consciousness token list' });
}

function missing(): CodedError {
  return refusal('token-missing', 'nobody is let in without a token', {
    allowed: 'the header `Authorization: Bearer …`',
    next: 'consciousness token new NAME',
  });
}

function notLetIn(error: CodedError, failures: Failures): Admission {
  const wait = failures.count();
  if (wait === null) return refused(error, { 'www-authenticate': 'Bearer realm="consciousness"' });
  return refused(
    refusal('too-many-guesses', 'too many were not let in of late', { next: `wait ${wait} s` }),
    { 'retry-after': String(wait) },
  );
}

function refused(error: CodedError, headers: Readonly<Record<string, string>>): Admission {
  return { kind: 'refused', error, headers };
}

function refusal(
  code: string,
  message: string,
  facts: { value?: unknown; allowed?: string; next?: string },
): CodedError {
  return new CodedError(code, message, { ...facts, exitCode: EXIT.usage });
}

function valuesOf({ headers }: RawRequest, name: string): string[] {
  return headers.flatMap((each, at) =>
    at % 2 === 0 && each.toLowerCase() === name ? [headers[at + 1] ?? ''] : [],
  );
}

/** What was sent instead, short and without what could be meant as markup or a token. */
function shown(values: readonly string[]): string {
  const text = values.join(', ').slice(0, 100);
  return holdsToken(text) ? '' : text.replace(/[^\x20-\x7e]/g, '?');
}

function decoded(target: string): string {
  try {
    return decodeURIComponent(target);
  } catch {
    // Not what escapes look like: what it says is in it as it is.
    return target;
  }
}
