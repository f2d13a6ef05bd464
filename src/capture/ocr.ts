import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { access } from 'node:fs/promises';
import { messageOf } from '../base/errors.ts';
import { ocrLanguages } from './ocr-languages.ts';

/** What to do where there is nobody to recognise text in images; goes on after "This file is …". */
export const NO_OCR =
  'its text can be recognised by tesseract, which is not installed (apt install tesseract-ocr, brew install tesseract)';

/** What came of a picture. */
export type Recognised = { kind: 'text'; text: string } | { kind: 'failed'; reason: string };

/** tesseract as it is installed, with the languages it is to expect as its `-l` takes them. */
export interface Ocr {
  /**
   * The text of one picture (PNG, JPEG, TIFF, WebP, BMP, GIF). Rejects with the signal's reason alone, once the
   * process is gone.
   */
  recognise(picture: Uint8Array, timeMs: number, signal: AbortSignal): Promise<Recognised>;
}

const LATE = 'tesseract could not read it in the time for one document';

/** Of what it prints, more than any page holds. */
const MOST_CHARACTERS = 4_000_000;

/** Address space of the process; a page of 35 million pixels needs about a third of it. */
const MEMORY = 1024 * 1024 * 1024;

/** Milliseconds in which it tells its languages. */
const LANGUAGES_MS = 5000;

/** `env` says so of a command that is not there. */
const NOT_FOUND = 127;

/** Sets limits of a process on Linux; elsewhere the time is its only one. */
const PRLIMIT = '/usr/bin/prlimit';

/** Finds tesseract; null where it is not installed. Asked for each document, so that it may be installed meanwhile. */
export async function findOcr(signal: AbortSignal): Promise<Ocr | null> {
  const listed = await tesseract(['--list-langs'], new Uint8Array(), LANGUAGES_MS, signal);
  if (listed.code === NOT_FOUND) return null;
  const installed = listed.out.split('\n').filter((line) => /^[a-z]{3}(_[a-z]+)?$/i.test(line));
  const languages = ocrLanguages(installed, Intl.DateTimeFormat().resolvedOptions().locale);
  const args = ['stdin', 'stdout', ...(languages.length > 0 ? ['-l', languages.join('+')] : [])];
  return {
    async recognise(picture, timeMs, whole) {
      if (timeMs <= 0) return { kind: 'failed', reason: LATE };
      const ran = await tesseract(args, picture, timeMs, whole);
      if (ran.code === 0) return { kind: 'text', text: ran.out.replaceAll('\f', '\n').trim() };
      const said = ran.err.trim().split('\n').at(-1) ?? '';
      if (ran.isLate) return { kind: 'failed', reason: LATE };
      const why = said || `it ended with ${ran.code ?? ran.signal}`;
      return { kind: 'failed', reason: `tesseract could not read it: ${why}` };
    },
  };
}

async function tesseract(args: readonly string[], input: Uint8Array, timeMs: number, signal: AbortSignal) {
  signal.throwIfAborted();
  const seconds = Math.ceil(timeMs / 1000) + 1;
  // Also where this process is killed meanwhile, it ends.
  const limited = (await exists(PRLIMIT)) ? [PRLIMIT, `--as=${MEMORY}`, `--cpu=${seconds}`] : [];
  // On all processors it is hardly faster, and the machine is not ours alone.
  const child = spawn('env', ['OMP_THREAD_LIMIT=1', ...limited, 'tesseract', ...args], {
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  const ended = once(child, 'close');
  const kill = () => child.kill('SIGKILL');
  let isLate = false;
  const timer = setTimeout(
    () => {
      isLate = true;
      kill();
    },
    Math.max(1, timeMs),
  );
  signal.addEventListener('abort', kill, { once: true });
  let out = '';
  let err = '';
  child.stdout.setEncoding('utf8').on('data', (part: string) => {
    if (out.length > MOST_CHARACTERS) kill();
    else out += part;
  });
  child.stderr.setEncoding('utf8').on('data', (part: string) => {
    err = `${err}${part}`.slice(-500);
  });
  child.stdin.on('error', () => undefined); // it did not want to read it all, and says why
  child.stdin.end(input);
  try {
    const [code, killed] = await ended;
    return { code, signal: killed, out, err, isLate };
  } catch (error) {
    return { code: null, signal: null, out, err: messageOf(error), isLate };
  } finally {
    clearTimeout(timer);
    signal.removeEventListener('abort', kill);
    signal.throwIfAborted();
  }
}

async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}
