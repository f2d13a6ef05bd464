import { messageOf } from '../../../base/errors.ts';
import { type Link, MOST_BYTES } from './link.ts';

export interface HttpSettings {
  url: string;
  headers: Readonly<Record<string, string>>;
  timeoutMs: number;
}

/** Saying goodbye to a session is a courtesy. */
const GOODBYE_MS = 1000;

/** A server behind streamable HTTP. */
export async function openHttp({ url, headers, timeoutMs }: HttpSettings): Promise<Link> {
  const { StreamableHTTPClientTransport } = await import('@modelcontextprotocol/client');
  let ending: string | undefined;
  let closing: Promise<void> | undefined;

  const onBroken = (error: unknown) => {
    ending ??= messageOf(error);
    void close();
  };
  const transport = new StreamableHTTPClientTransport(new URL(url), {
    requestInit: { headers: { ...headers } },
    fetch: (address, init) => send(address, init, onBroken),
    onInsufficientScope: 'throw',
  });

  const end = async () => {
    if (ending === undefined && transport.sessionId !== undefined) {
      const late = AbortSignal.timeout(Math.min(GOODBYE_MS, timeoutMs));
      const gone = new Promise<void>((resolve) => late.addEventListener('abort', () => resolve()));
      await Promise.race([transport.terminateSession().catch(() => undefined), gone]);
    }
    await transport.close().catch(() => undefined);
  };
  const close = (): Promise<void> => {
    closing ??= end();
    return closing;
  };
  return { transport, ending: () => ending, close };
}

/**
 * `fetch`, but an answer that breaks off or is too long ends the connection: the SDK would let the call wait for its
 * time limit. The stream of notifications, which would be open for as long as we are, is refused; see `connection.ts`.
 */
async function send(
  address: string | URL,
  init: RequestInit | undefined,
  onBroken: (error: unknown) => void,
): Promise<Response> {
  const isNotifications = init?.method === 'GET' && !new Headers(init.headers).has('last-event-id');
  if (isNotifications) return new Response(null, { status: 405 });
  const response = await fetch(address, init);
  if (response.body === null) return response;
  const onError = (error: unknown) => {
    if (init?.signal?.aborted !== true) onBroken(error);
  };
  const { status, statusText, headers } = response;
  return new Response(ReadableStream.from(watched(response.body, onError)), { status, statusText, headers });
}

async function* watched(body: ReadableStream<Uint8Array>, onError: (error: unknown) => void) {
  let size = 0;
  try {
    for await (const chunk of body) {
      size += chunk.byteLength;
      if (size > MOST_BYTES) throw new Error(`an answer is longer than ${MOST_BYTES} bytes`);
      yield chunk;
    }
  } catch (error) {
    onError(error);
    throw error;
  }
}
