import type { IncomingMessage } from 'node:http';
import type { LookupFunction } from 'node:net';
import type { Clock } from '../../base/clock.ts';
import { messageOf, systemCode } from '../../base/errors.ts';

export interface Post {
  url: URL;
  headers: Readonly<Record<string, string>>;
  body: Buffer;
  /** Where the name leads to: addresses that were looked at. */
  lookup: LookupFunction;
  /** PEM; certificates trusted besides the system's. */
  ca?: string;
  /** The longest until the connection stands, and until everything is over. */
  limits: { connectMs: number; allMs: number };
}

/**
 * How it went. `unsent`: not a byte of the request has left. `lost`: it has, or a part of it, and no answer came.
 * `said`: the beginning of what stood in the answer.
 */
export type Posted =
  | { kind: 'unsent'; reason: string }
  | { kind: 'lost'; reason: string }
  | { kind: 'answered'; status: number; retryAfter: string; location: string; said: string };

/** Bytes of an answer that are read. */
const MOST = 64 * 1024;

/**
 * One POST over a connection of its own. It follows no redirect, goes by no proxy, and believes no certificate that
 * nobody vouches for, whatever the environment says.
 */
export async function post(question: Post, clock: Clock): Promise<Posted> {
  const { url, headers, body, lookup, ca, limits } = question;
  const isSecure = url.protocol === 'https:';
  // Loaded at the first of them: most daemons send nothing.
  const http = await import('node:http');
  const https = isSecure ? await import('node:https') : null;
  const over = new AbortController();
  let left = false;
  try {
    const answer = Promise.withResolvers<IncomingMessage>();
    const options = {
      method: 'POST',
      lookup,
      agent: https ? new https.Agent({ keepAlive: false }) : new http.Agent({ keepAlive: false }),
      headers: { ...headers, 'content-length': body.length, connection: 'close' },
      rejectUnauthorized: true,
      ...(ca === undefined ? {} : { ca }),
    };
    const request = (https ?? http).request(url, options);
    const cut = async (ms: number, what: string, when: () => boolean) => {
      await clock.sleep(ms, over.signal);
      if (when()) request.destroy(new Error(`${what} within ${ms / 1000} s`));
    };
    cut(limits.connectMs, 'no connection', () => !left).catch(OVER);
    cut(limits.allMs, 'no answer', () => true).catch(OVER);
    request.once('socket', (socket) => {
      socket.once(isSecure ? 'secureConnect' : 'connect', () => {
        left = true;
        request.end(body);
      });
    });
    request.on('error', answer.reject);
    request.once('response', answer.resolve);
    const response = await answer.promise;
    const said = await beginningOf(response);
    request.destroy();
    return {
      kind: 'answered',
      status: response.statusCode ?? 0,
      retryAfter: response.headers['retry-after'] ?? '',
      location: response.headers.location ?? '',
      said,
    };
  } catch (error) {
    const code = systemCode(error);
    return { kind: left ? 'lost' : 'unsent', reason: code ?? messageOf(error) };
  } finally {
    over.abort();
  }
}

const OVER = () => undefined;

/** What came of it, also where the rest does not come. */
async function beginningOf(response: IncomingMessage): Promise<string> {
  const parts: Buffer[] = [];
  let length = 0;
  try {
    for await (const part of response) {
      if (!Buffer.isBuffer(part)) break;
      parts.push(part);
      length += part.length;
      if (length >= MOST) break;
    }
  } catch {
    // The status has come: it alone decides.
  }
  return Buffer.concat(parts).subarray(0, MOST).toString();
}
