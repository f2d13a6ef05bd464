import { createHash } from 'node:crypto';
import { chmod, lstat, mkdir } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { CodedError, EXIT } from '../base/errors.ts';
import { fromFs, toFs } from '../base/path-text.ts';
import type { Folders } from '../contract/config.ts';

export interface FolderQuestion {
  /** `--home DIR`; null = not given. Relative ones count from the working directory. */
  home: string | null;
  env: Readonly<Record<string, string | undefined>>;
  platform: NodeJS.Platform;
  homedir: string;
  /** Where a socket goes whose own folder is too deep; default: the system's folder for temporary files. */
  tmpdir?: string;
  /** Default: this process's. */
  uid?: number;
}

/** Longest socket path in bytes: Linux allows 107, macOS 103. */
const SOCKET_BYTES = 100;

/**
 * Where everything is, as path text. `--home` and `CONSCIOUSNESS_HOME` put all of it under one folder;
 * otherwise the XDG base directories, or `~/Library` on macOS.
 */
export function foldersFor(question: FolderQuestion): Folders {
  const home = question.home ?? (question.env['CONSCIOUSNESS_HOME'] || null);
  if (home !== null) return beneathHome(resolveHome(home, question.homedir), question);
  return question.platform === 'darwin' ? inLibrary(question) : inXdg(question);
}

/** Creates the folders for this user alone (0700). Throws `folder-unsafe` where another user could use the socket. */
export async function makeFolders(folders: Folders, user = process.getuid?.()): Promise<void> {
  for (const folder of [folders.config, folders.rules, folders.state, folders.logs]) {
    await mkdir(toFs(folder), { recursive: true, mode: 0o700 });
  }
  const socketFolder = path.posix.dirname(folders.socket);
  await mkdir(toFs(socketFolder), { recursive: true, mode: 0o700 });
  const stat = await lstat(toFs(socketFolder));
  // Anybody may create a name in the folder for temporary files: one that is not ours is not used.
  if (!stat.isDirectory() || stat.uid !== (user ?? stat.uid)) {
    throw new CodedError('folder-unsafe', "the socket's folder belongs to somebody else", {
      value: socketFolder,
      allowed: 'a folder of your own',
      next: 'Remove it, or set XDG_RUNTIME_DIR to a folder of your own.',
      exitCode: EXIT.config,
    });
  }
  if ((stat.mode & 0o077) !== 0) await chmod(toFs(socketFolder), 0o700);
}

function resolveHome(home: string, homedir: string): string {
  const expanded = home === '~' || home.startsWith('~/') ? homedir + home.slice(1) : home;
  return path.resolve(expanded);
}

function beneathHome(home: string, question: FolderQuestion): Folders {
  const state = path.join(home, 'state');
  return gather(question, { home, config: home, state, logs: path.join(home, 'logs'), sockets: state });
}

function inXdg({ env, homedir, ...rest }: FolderQuestion): Folders {
  const config = path.join(
    absolute(env['XDG_CONFIG_HOME']) ?? path.join(homedir, '.config'),
    'consciousness',
  );
  const state = path.join(
    absolute(env['XDG_STATE_HOME']) ?? path.join(homedir, '.local', 'state'),
    'consciousness',
  );
  const runtime = absolute(env['XDG_RUNTIME_DIR']);
  const sockets = runtime === null ? state : path.join(runtime, 'consciousness');
  const logs = path.join(state, 'logs');
  return gather({ env, homedir, ...rest }, { home: null, config, state, logs, sockets });
}

function inLibrary(question: FolderQuestion): Folders {
  const library = path.join(question.homedir, 'Library');
  const config = path.join(library, 'Application Support', 'consciousness');
  const state = path.join(config, 'state');
  return gather(question, {
    home: null,
    config,
    state,
    logs: path.join(library, 'Logs', 'consciousness'),
    sockets: state,
  });
}

interface Places {
  home: string | null;
  config: string;
  state: string;
  logs: string;
  sockets: string;
}

function gather(question: FolderQuestion, places: Places): Folders {
  return {
    home: places.home === null ? null : fromFs(places.home),
    config: fromFs(places.config),
    configFile: fromFs(path.join(places.config, 'config.yaml')),
    rules: fromFs(path.join(places.config, 'rules')),
    state: fromFs(places.state),
    logs: fromFs(places.logs),
    socket: fromFs(socketIn(places.sockets, places.state, question)),
  };
}

/** The socket's path; hashed beneath a short folder of this user where it would be too long to bind. */
function socketIn(folder: string, state: string, question: FolderQuestion): string {
  const wanted = path.join(folder, 'daemon.sock');
  if (Buffer.byteLength(wanted) <= SOCKET_BYTES) return wanted;
  const name = `${createHash('sha256').update(state).digest('hex').slice(0, 16)}.sock`;
  const uid = question.uid ?? process.getuid?.() ?? 0;
  const runtime = absolute(question.env['XDG_RUNTIME_DIR']);
  const short = [
    runtime === null ? null : path.join(runtime, 'consciousness'),
    path.join(question.tmpdir ?? os.tmpdir(), `consciousness-${uid}`),
    path.join('/tmp', `consciousness-${uid}`),
  ]
    .filter((each) => each !== null)
    .map((each) => path.join(each, name));
  return short.find((each) => Buffer.byteLength(each) <= SOCKET_BYTES) ?? wanted;
}

/** XDG: a relative path in one of these variables is invalid and must be ignored. */
function absolute(value: string | undefined): string | null {
  return value?.startsWith('/') ? value : null;
}
