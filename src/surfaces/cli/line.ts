/** What a command needs to reach the daemon of a home, quoted for a shell; empty for the one that needs nothing. */
export function homeOption(home: string | null): string {
  if (home === null) return '';
  const quoted = /^[\w@%+=:,./~-]+$/.test(home) ? home : `'${home.replaceAll("'", "'\\''")}'`;
  return `--home ${quoted}`;
}

/** A command of this program as a person is to type it. */
export function lineFor(home: string | null, command: string): string {
  return withOption(`consciousness ${command}`, homeOption(home));
}

/** A command line with what it needs, unless it says so already. */
export function withOption(line: string, option: string): string {
  return option === '' || / --home[ =]/.test(line) ? line : `${line} ${option}`;
}
