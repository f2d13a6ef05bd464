import http from 'node:http';
import { join } from 'node:path';
import type { Home } from './daemon.ts';

/** Asks a running daemon through its socket. */
export function get(
  home: Pick<Home, 'folder'>,
  path: string,
): Promise<{ status: number; type: string; body: string }> {
  const socketPath = join(home.folder, 'state', 'daemon.sock');
  return new Promise((resolve, reject) => {
    const request = http.get({ socketPath, path }, (response) => {
      response.setEncoding('utf8');
      let body = '';
      response.on('data', (part) => {
        body += part;
      });
      response.on('end', () =>
        resolve({ status: response.statusCode ?? 0, type: response.headers['content-type'] ?? '', body }),
      );
      response.on('error', reject);
    });
    request.on('error', reject);
  });
}
