import { chmod, lstat, mkdir, stat, unlink } from 'node:fs/promises';
import type { Server } from 'node:http';
import { dirname } from 'node:path';
import { CodedError, EXIT, systemCode } from '../../base/errors.ts';
import { http } from '../../base/node-http.ts';
import { OWNER } from '../../contract/access.ts';
import { socketAddress } from '../socket-address.ts';
import { adapted, type Served } from './adapter.ts';
import { setAnswerHeaders } from './answer-headers.ts';

export interface ServeOptions {
  app: Served;
  /** Path text of the socket. */
  socket: string;
  /** Milliseconds that answers under way get when the server closes. Default: 2000. */
  graceMs?: number;
}

export interface Listening {
  /** Refuses new connections, lets answers under way end (for `graceMs`), and removes the socket; safe twice. */
  close(): Promise<void>;
}

/**
 * Serves the app on a Unix socket of mode 0600 in a folder of mode 0700. The caller holds the instance lock: a
 * socket that is there already was left by a process that is gone, and is removed.
 */
export async function serve({ app, socket, graceMs = 2000 }: ServeOptions): Promise<Listening> {
  const address = socketAddress(socket);
  await makePrivate(dirname(address));
  await removeStale(address);
  const answer = adapted(app);
  const server = http.createServer((incoming, outgoing) => {
    setAnswerHeaders(outgoing);
    // Whoever can open the socket is the owner: the folder lets nobody else near it.
    answer(incoming, outgoing, OWNER);
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(address, () => {
      server.off('error', reject);
      resolve();
    });
  });
  // Node creates it 0755; until this line the folder alone keeps others out.
  await chmod(address, 0o600);
  let closing: Promise<void> | undefined;
  return {
    close() {
      closing ??= closeServer(server, graceMs);
      return closing;
    },
  };
}

async function makePrivate(folder: string): Promise<void> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const found = await stat(folder);
  const me = process.getuid?.();
  if (me !== undefined && found.uid !== me) {
    throw new CodedError('socket-folder-foreign', 'the folder of the socket belongs to somebody else', {
      value: folder,
      allowed: 'a folder of the user who starts the daemon',
      exitCode: EXIT.config,
    });
  }
  if ((found.mode & 0o777) !== 0o700) await chmod(folder, 0o700);
}

async function removeStale(address: string): Promise<void> {
  try {
    const found = await lstat(address);
    if (!found.isSocket()) {
      throw new CodedError(
        'socket-path-taken',
        'something that is not a socket stands where the socket belongs',
        {
          value: address,
          next: 'move it away',
          exitCode: EXIT.config,
        },
      );
    }
    await unlink(address);
  } catch (error) {
    if (systemCode(error) !== 'ENOENT') throw error;
  }
}

async function closeServer(server: Server, graceMs: number): Promise<void> {
  const closed = new Promise<void>((resolve) => {
    server.close(() => resolve());
  });
  const cut = setTimeout(() => {
    server.closeAllConnections();
  }, graceMs);
  await closed;
  clearTimeout(cut);
}
