import { CodedError, EXIT } from '../base/errors.ts';
import { toFs } from '../base/path-text.ts';

/** Longest address of a Unix socket, in bytes: `sun_path` is 108 on Linux and 104 on macOS, with its end mark. */
const SOCKET_PATH_LIMIT = 103;

/** The address to listen on or to dial, of a socket's path text. Throws `socket-path` where there can be none. */
export function socketAddress(pathText: string): string {
  const path = toFs(pathText);
  const address = path.toString();
  if (typeof path !== 'string' && !Buffer.from(address).equals(path)) {
    throw new CodedError('socket-path', 'Node cannot open a socket whose path is not UTF-8', {
      value: pathText,
      next: 'use a --home whose path is UTF-8',
      exitCode: EXIT.config,
    });
  }
  if (Buffer.byteLength(address) > SOCKET_PATH_LIMIT) {
    throw new CodedError('socket-path', 'the path of the socket is too long', {
      value: pathText,
      allowed: `at most ${SOCKET_PATH_LIMIT} bytes`,
      next: 'use a shorter --home',
      exitCode: EXIT.config,
    });
  }
  return address;
}
