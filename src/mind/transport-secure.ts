import { Agent } from 'undici';
import { lookup } from '../base/lookup.ts';
import { exchangeOf, type Transport, type TransportOptions } from './transport-exchange.ts';

const CONNECT_MS = 5_000;

/** HTTPS by undici, with HTTP/2 where the server offers it; its own timers but the one for connecting are off. */
export function createSecureTransport({ origin, connections, ca }: TransportOptions): Transport {
  const agent = new Agent({
    connections,
    headersTimeout: 0,
    bodyTimeout: 0,
    allowH2: true,
    connect: { timeout: CONNECT_MS, lookup, ...(ca === undefined ? {} : { ca }) },
  });
  return {
    async send({ method, path, headers, body, signal, fresh, onConnected }) {
      onConnected?.();
      const response = await agent.request({
        origin,
        method,
        path,
        headers,
        signal,
        ...(body === undefined ? {} : { body }),
        ...(fresh ? { reset: true } : {}),
      });
      // Aborted before anybody reads the body, its error would have no listener and end the process.
      response.body.on('error', () => undefined);
      return exchangeOf(response.statusCode, response.headers, response.body);
    },
    close: () => void agent.close(),
  };
}
