import type http from 'node:http';

/** One request to the server a transport was made for. */
export interface TransportRequest {
  method: 'GET' | 'POST';
  /** With its leading slash and query. */
  path: string;
  headers: Record<string, string>;
  body?: string;
  /** On a socket of its own: for the retry after a pooled one turned out to be dead. */
  fresh?: boolean;
  /** Aborting closes the socket, which is how a model server learns that it can stop. */
  signal: AbortSignal;
  /** Called as soon as the request has a connected socket. */
  onConnected?: () => void;
}

/** A response whose headers have arrived. */
export interface Exchange {
  status: number;
  header(name: string): string;
  /** Ends with the body; throws the system's error, or whatever the signal was aborted with. Leaving it early closes the socket. */
  body: AsyncIterable<Uint8Array>;
}

/** HTTP to one origin. Follows no redirect and decides no timeout; throws what the system threw. */
export interface Transport {
  send(request: TransportRequest): Promise<Exchange>;
  /** Closes idle sockets; running exchanges end by themselves. */
  close(): void;
}

export interface TransportOptions {
  origin: URL;
  /** Sockets at once. */
  connections: number;
  /** PEM; certificates trusted besides the system's. */
  ca?: string;
}

/** An {@link Exchange} of what node:http and undici both give. */
export function exchangeOf(
  status: number,
  headers: http.IncomingHttpHeaders,
  body: AsyncIterable<Uint8Array>,
): Exchange {
  const header = (name: string) => {
    const value = headers[name];
    return Array.isArray(value) ? (value[0] ?? '') : (value ?? '');
  };
  return { status, header, body };
}
