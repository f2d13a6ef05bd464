import { lookup } from '../base/lookup.ts';
import { http } from '../base/node-http.ts';
import { exchangeOf, type Transport, type TransportOptions } from './transport-exchange.ts';

/**
 * Plain HTTP goes over node:http, which costs no memory that the daemon does not already use and 0.20 ms of CPU
 * a call; undici's dispatcher needs 0.11 ms, but 15 to 24 MB [measured: 2,000 calls, 10 at a time, 14 chunks each].
 * HTTPS, where HTTP/2 pays, loads undici at the first call.
 */
export function createTransport(options: TransportOptions): Transport {
  return options.origin.protocol === 'https:' ? secureTransport(options) : plainTransport(options);
}

function plainTransport({ origin, connections }: TransportOptions): Transport {
  const agent = new http.Agent({ keepAlive: true, maxSockets: connections });
  const target = {
    host: origin.hostname.replace(/^\[|\]$/g, ''),
    port: origin.port === '' ? 80 : Number(origin.port),
    lookup,
  };
  return {
    send: (request) =>
      new Promise((resolve, reject) => {
        if (request.signal.aborted) return reject(request.signal.reason);
        const { method, path, headers, body, signal } = request;
        const length = body === undefined ? {} : { 'content-length': Buffer.byteLength(body) };
        const sent = http.request({
          ...target,
          method,
          path,
          headers: { ...headers, ...length },
          agent: request.fresh ? false : agent,
        });
        let cut = () => void sent.destroy(asError(signal.reason));
        const onAbort = () => cut();
        signal.addEventListener('abort', onAbort, { once: true });
        sent.once('close', () => signal.removeEventListener('abort', onAbort));
        sent.once('socket', (socket) => {
          if (socket.connecting) socket.once('connect', () => request.onConnected?.());
          else request.onConnected?.();
        });
        sent.on('error', reject);
        sent.once('response', (response) => {
          cut = () => void response.destroy(asError(signal.reason));
          resolve(exchangeOf(response.statusCode ?? 0, response.headers, response));
        });
        sent.end(body);
      }),
    close: () => agent.destroy(),
  };
}

function secureTransport(options: TransportOptions): Transport {
  let loading: Promise<Transport> | undefined;
  const load = async () => (await import('./transport-secure.ts')).createSecureTransport(options);
  return {
    async send(request) {
      loading ??= load();
      return (await loading).send(request);
    },
    close: () => void loading?.then((transport) => transport.close()),
  };
}

function asError(reason: unknown): Error {
  return reason instanceof Error ? reason : new Error(String(reason));
}
