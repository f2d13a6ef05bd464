import type { IncomingMessage } from 'node:http';
import { CodedError, EXIT, messageOf, systemCode } from '../base/errors.ts';
import { http } from '../base/node-http.ts';
import type { Call } from './client.ts';
import { socketAddress } from './socket-address.ts';
import { problemError } from './told-problem.ts';

/** Where a daemon listens, and what to tell somebody who finds none there. */
export interface Where {
  /** Path text of its socket. */
  socket: string;
  /** The command that starts one: `consciousness start --home DIR`. */
  start: string;
}

/** One request, and what ends the wait for its answer. */
export interface SocketCall extends Call {
  signal: AbortSignal;
}

/**
 * One request over the daemon's socket; resolves with a 2xx response whose body has still to be read. Throws
 * `daemon-not-running`, `daemon-lost`, the signal's reason, or the problem that the daemon answered.
 */
export async function send(where: Where, call: SocketCall): Promise<IncomingMessage> {
  const response = await open(where, call);
  const status = response.statusCode ?? 0;
  if (status >= 200 && status < 300) return response;
  throw problemError(status, await textOf(response, where, call.signal));
}

/** The whole body as text. */
export async function textOf(response: IncomingMessage, where: Where, signal: AbortSignal): Promise<string> {
  response.setEncoding('utf8');
  const parts: string[] = [];
  try {
    for await (const part of response) parts.push(part);
  } catch (error) {
    throw lost(error, where, signal);
  }
  return parts.join('');
}

/** What a broken connection means to the person who waits for it. */
export function lost(error: unknown, where: Where, signal: AbortSignal): unknown {
  if (signal.aborted) return signal.reason;
  const code = systemCode(error);
  if (code === 'ENOENT' || code === 'ECONNREFUSED') {
    return new CodedError('daemon-not-running', 'no daemon is running', {
      value: where.socket,
      next: where.start,
      exitCode: EXIT.unavailable,
      cause: error,
    });
  }
  if (code === 'EACCES' || code === 'EPERM') {
    return new CodedError('daemon-not-yours', 'the socket of the daemon belongs to another user', {
      value: where.socket,
      exitCode: EXIT.unavailable,
      cause: error,
    });
  }
  return new CodedError('daemon-lost', `the connection to the daemon was lost: ${messageOf(error)}`, {
    value: where.socket,
    next: where.start,
    retryable: true,
    exitCode: EXIT.unavailable,
    cause: error,
  });
}

async function open(where: Where, call: SocketCall): Promise<IncomingMessage> {
  call.signal.throwIfAborted();
  const socketPath = socketAddress(where.socket);
  const body = call.body === undefined ? undefined : JSON.stringify(call.body);
  const headers = {
    ...call.headers,
    ...(body === undefined
      ? {}
      : { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) }),
  };
  try {
    return await new Promise<IncomingMessage>((resolve, reject) => {
      const { method, path, signal } = call;
      const request = http.request({ socketPath, method, path, headers, signal, agent: false }, resolve);
      request.on('error', reject);
      request.end(body);
    });
  } catch (error) {
    throw lost(error, where, call.signal);
  }
}
