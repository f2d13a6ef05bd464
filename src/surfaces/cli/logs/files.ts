import { type FileHandle, open, readdir } from 'node:fs/promises';
import { CodedError, messageOf, systemCode } from '../../../base/errors.ts';
import { toFs } from '../../../base/path-text.ts';

/** The daemon's log; older ones are `.1` (newest) and up. */
const NAME = 'consciousness.log';

/** One log file, held open: a rotation renames it and takes nothing away. */
export interface LogFile {
  handle: FileHandle;
  /** Device and inode. */
  identity: string;
  size: number;
}

/** How often a folder is listed anew where a rotation came between. */
const TRIES = 10;

/** Opens every log file of a folder, newest first; none where there is none. */
export async function openLogFiles(folder: string): Promise<LogFile[]> {
  let names = await namesIn(folder);
  for (let left = TRIES; ; left -= 1) {
    const files = await openEach(folder, names);
    const now = await namesIn(folder);
    if (left === 0 || now.join() === names.join()) return files;
    // A rotation made another name meanwhile, and what it holds was not opened.
    await closeAll(files);
    names = now;
  }
}

/** One that a rotation renames while they are being opened is opened once. */
async function openEach(folder: string, names: readonly string[]): Promise<LogFile[]> {
  const files: LogFile[] = [];
  for (const name of names) {
    const file = await openLogFile(folder, name);
    if (file === null) continue;
    if (files.some((each) => each.identity === file.identity)) await file.handle.close();
    else files.push(file);
  }
  return files;
}

async function openLogFile(folder: string, name: string): Promise<LogFile | null> {
  try {
    const handle = await open(toFs(`${folder}/${name}`), 'r');
    const { dev, ino, size } = await handle.stat();
    return { handle, identity: `${dev}:${ino}`, size };
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return null;
    throw unreadable(`${folder}/${name}`, error);
  }
}

/** Closes all of them. */
export async function closeAll(files: readonly LogFile[]): Promise<void> {
  for (const { handle } of files) await handle.close();
}

/** Bytes of a file from a place on; fewer where it ends before. */
export async function bytesOf({ handle }: LogFile, from: number, to: number): Promise<Buffer> {
  const buffer = Buffer.alloc(Math.max(0, to - from));
  let got = 0;
  while (got < buffer.length) {
    const { bytesRead } = await handle.read(buffer, got, buffer.length - got, from + got);
    if (bytesRead === 0) break;
    got += bytesRead;
  }
  return buffer.subarray(0, got);
}

/** The names of a log and its older ones, newest first. */
async function namesIn(folder: string): Promise<string[]> {
  try {
    const names = await readdir(toFs(folder));
    const ages = names.flatMap((name) => (name === NAME ? [0] : ageOf(name)));
    return ages.sort((a, b) => a - b).map((age) => (age === 0 ? NAME : `${NAME}.${age}`));
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return [];
    throw unreadable(folder, error);
  }
}

function unreadable(path: string, cause: unknown): CodedError {
  const why = systemCode(cause) ?? messageOf(cause);
  return new CodedError('log-unreadable', `the log cannot be read: ${why}`, { value: path, cause });
}

function ageOf(name: string): number[] {
  const [, age] = /^consciousness\.log\.([1-9]\d{0,3})$/.exec(name) ?? [];
  return age === undefined ? [] : [Number(age)];
}
