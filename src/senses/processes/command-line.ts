import { basename } from 'node:path/posix';
import { withoutTokens } from '../../base/secrets.ts';

/** Longest command line that is kept, in characters. */
const MOST_CHARACTERS = 4096;

const MASKED = '***';
const SECRET_WORD = '(?:pass(?:word|wd|phrase)?|token|secret|(?:api|access|secret)[-_]?key|credentials?)';
/** An option whose value is the next argument, and one whose value is `user:password`. */
const SECRET_OPTION = new RegExp(`^--?[\\w-]*${SECRET_WORD}$`, 'i');
const USER_OPTION = /^(?:-u|--(?:proxy-)?user)$/;
/** `--token=VALUE` and `PASSWORD=VALUE`; headers of requests; the same words within an address or a list of settings. */
const SECRET_ASSIGNMENT = new RegExp(`^([-\\w]*${SECRET_WORD}=).+$`, 'is');
const SECRET_HEADER = new RegExp(`^((?:proxy-)?authorization|cookie|[-\\w]*${SECRET_WORD}):.+$`, 'is');
const SECRET_SETTING = new RegExp(`([?&;][-\\w]*${SECRET_WORD}=)[^&;#\\s]+`, 'gi');
const URL_PASSWORD = /(:\/\/[^\s/:@]*:)[^\s/@]+@/g;
const SCHEME = /\b(Bearer|Basic)\s+[\w.~+/=-]{8,}/gi;
/** Longer than any token that is known by its looks. */
const LONGEST_TOKEN = 300;
const UNPRINTABLE = /[\u0000-\u001f\u007f-\u009f\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff\ufffd]/gu;

/** The arguments as /proc/PID/cmdline holds them: each ended by a NUL, or one text where the process wrote over it. */
export function argumentsOf(bytes: Buffer): string[] {
  const parts = bytes.toString('utf8').split('\0');
  while (parts.at(-1) === '') parts.pop();
  return parts;
}

/** A command line to show and to match: one line, printable, with values masked that look like secrets. */
export function commandText(argv: readonly string[]): string {
  // A shell's script is one argument, and so may be the whole line: looked at argument by argument, then by words.
  const words = masked(argv).join(' ').split(' ');
  const text = printable(masked(words).join(' ').replace(SCHEME, `$1 ${MASKED}`));
  return withoutTokens(text.slice(0, MOST_CHARACTERS + LONGEST_TOKEN), MASKED)
    .slice(0, MOST_CHARACTERS)
    .toWellFormed();
}

function masked(parts: readonly string[]): string[] {
  return parts.map((part, index) => {
    const option = parts[index - 1] ?? '';
    if (SECRET_OPTION.test(option) && !part.startsWith('-')) return MASKED;
    if (USER_OPTION.test(option)) return part.replace(/:.*$/s, `:${MASKED}`);
    return part
      .replace(SECRET_ASSIGNMENT, `$1${MASKED}`)
      .replace(SECRET_HEADER, `$1: ${MASKED}`)
      .replace(SECRET_SETTING, `$1${MASKED}`)
      .replace(URL_PASSWORD, `$1${MASKED}@`);
  });
}

/**
 * Every name a process goes by, the best first: its executable's, the one it gave itself, and its first argument's
 * where the kernel's was cut.
 */
export function namesOf(executable: string | null, comm: string, first: string | undefined): string[] {
  const names: string[] = [];
  const add = (name: string) => {
    if (name !== '' && !names.includes(name)) names.push(name);
  };
  const called = first === undefined ? '' : printable(basename(first.split(' ', 1)[0] ?? ''));
  if (executable !== null) add(printable(basename(executable.replace(/ \(deleted\)$/, ''))));
  if (comm.length >= 15 && called.startsWith(comm)) add(called);
  add(printable(comm));
  return names;
}

/** Text from outside on one line: what a terminal would act on is a space. */
export function printable(text: string): string {
  return text.replace(UNPRINTABLE, ' ').trim();
}
