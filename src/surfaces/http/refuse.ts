import type { ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import { type CodedError, systemCode } from '../../base/errors.ts';
import { http } from '../../base/node-http.ts';
import type { Problem } from '../../contract/api.ts';
import { ANSWER_HEADERS } from './answer-headers.ts';
import { problemOf } from './problem.ts';

const TYPE = 'application/problem+json';

/** Answers a request that is not let in. What is left of its body is read and forgotten. */
export function refuse(
  outgoing: ServerResponse,
  error: CodedError,
  headers: Readonly<Record<string, string>>,
): void {
  const problem = problemOf(error);
  const body = Buffer.from(JSON.stringify(problem));
  outgoing.writeHead(problem.status, { 'content-type': TYPE, 'content-length': body.length, ...headers });
  outgoing.end(outgoing.req.method === 'HEAD' ? undefined : body);
}

/** What Node says of bytes that are no request, in our words; everything else is `request-malformed`. */
const MALFORMED: Readonly<Record<string, Omit<Problem, 'type' | 'title'>>> = {
  HPE_HEADER_OVERFLOW: {
    code: 'headers-too-large',
    status: 431,
    detail: 'the request line and the headers are too large',
  },
  ERR_HTTP_REQUEST_TIMEOUT: {
    code: 'request-timeout',
    status: 408,
    detail: 'the request did not arrive in time',
  },
};

/**
 * Answers bytes that are no request, where nothing was answered on this connection yet, and ends the connection: what
 * comes next on it has no meaning.
 */
export function refuseMalformed(error: Error, socket: Duplex & { bytesWritten?: number }): void {
  if (!socket.writable || (socket.bytesWritten ?? 0) > 0) {
    socket.destroy();
    return;
  }
  const { code, status, detail } = MALFORMED[systemCode(error) ?? ''] ?? {
    code: 'request-malformed',
    status: 400,
    detail: 'what came is no HTTP request',
  };
  const title = http.STATUS_CODES[status] ?? '';
  const body = JSON.stringify({ type: `urn:consciousness:problem:${code}`, title, status, code, detail });
  const headers = { ...ANSWER_HEADERS, 'content-type': TYPE, connection: 'close' };
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
  const length = Buffer.byteLength(body);
  socket.end(`HTTP/1.1 ${status} ${title}\r\n${lines.join('')}content-length: ${length}\r\n\r\n${body}`, () =>
    socket.destroy(),
  );
}
