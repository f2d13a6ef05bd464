import { once } from 'node:events';
import { connect, type Socket } from 'node:net';

/** A connection to a port of this machine, for bytes that no HTTP client would send. */
export interface Wire {
  socket: Socket;
  send(text: string): void;
  /** All that came so far. */
  got(): string;
  /** Resolves with all that came, once `text` has; rejects when the other side hangs up before. */
  sees(text: string): Promise<string>;
  /** Resolves with all that came, once the other side has hung up. */
  hungUp: Promise<string>;
}

export async function dial(port: number): Promise<Wire> {
  const socket = connect(port, '127.0.0.1');
  let got = '';
  let look = () => {};
  socket.setEncoding('latin1');
  socket.on('data', (part) => {
    got += String(part);
    look();
  });
  socket.on('error', () => {}); // being cut off is what many of these tests are about
  const hungUp = new Promise<string>((resolve) => {
    socket.on('close', () => {
      resolve(got);
      look();
    });
  });
  await once(socket, 'connect');
  return {
    socket,
    send: (text) => void socket.write(text, 'latin1'),
    got: () => got,
    sees: (text) =>
      new Promise((resolve, reject) => {
        look = () => {
          if (got.includes(text)) resolve(got);
          else if (socket.destroyed) reject(new Error(`hung up before ${text}: ${got}`));
        };
        look();
      }),
    hungUp,
  };
}

/** A request as bytes: the headers given, in their order, and no others. */
export function bytes(line: string, headers: readonly string[], body = ''): string {
  return `${[`${line} HTTP/1.1`, ...headers].join('\r\n')}\r\n\r\n${body}`;
}

/** The status code of the first answer. */
export function statusOf(answer: string): number {
  return Number(/^HTTP\/1\.1 (\d{3})/.exec(answer)?.[1] ?? 0);
}

/** Sends one request on a connection of its own and reads the answer to its end. */
export async function exchange(port: number, request: string): Promise<string> {
  const wire = await dial(port);
  wire.send(request);
  const head = await wire.sees('\r\n\r\n');
  const [, length = '0'] = /content-length: (\d+)/i.exec(head) ?? [];
  const whole = head.indexOf('\r\n\r\n') + 4 + Number(length);
  while (wire.got().length < whole && !wire.socket.destroyed) await once(wire.socket, 'data');
  wire.socket.destroy();
  return wire.got();
}
