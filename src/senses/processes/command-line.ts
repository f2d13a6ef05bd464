import { basename } from 'node:path/posix';

/** Longest command line that is kept, in characters. */
const MOST_CHARACTERS = 4096;

const MASKED = '***';
const SECRET_WORD = '(?:pass(?:word|wd|phrase)?|token|secret|(?:api|access|secret)[-_]?key|credentials?)';
/** An option whose value is the next argument; then `--token=VALUE` and `PASSWORD=VALUE`; then passwords within URLs. */
const SECRET_OPTION = new RegExp(`^--?[\\w-]*${SECRET_WORD}$`, 'i');
const SECRET_ASSIGNMENT = new RegExp(`^([-\\w]*${SECRET_WORD}=).+$`, 'is');
const URL_PASSWORD = /(:\/\/[^\s/:@]*:)[^\s/@]+@/g;
const UNPRINTABLE = /[\u0000-\u001f\u007f-\u009f\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff\ufffd]/gu;

/** The arguments as /proc/PID/cmdline holds them: each ended by a NUL, or one text where the process wrote over it. */
export function argumentsOf(bytes: Buffer): string[] {
  const parts = bytes.toString('utf8').split('\0');
  while (parts.at(-1) === '') parts.pop();
  return parts;
}

/** A command line to show and to match: one line, printable, with values masked that look like secrets. */
export function commandText(argv: readonly string[]): string {
  const parts = argv.length === 1 ? (argv[0] ?? '').split(' ') : argv;
  const shown = parts.map((part, index) => {
    if (SECRET_OPTION.test(parts[index - 1] ?? '') && !part.startsWith('-')) return MASKED;
    return part.replace(SECRET_ASSIGNMENT, `$1${MASKED}`).replace(URL_PASSWORD, `$1${MASKED}@`);
  });
  return printable(shown.join(' ')).slice(0, MOST_CHARACTERS).toWellFormed();
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
