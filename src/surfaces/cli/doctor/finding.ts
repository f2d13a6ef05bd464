/** One thing that `doctor` looked at. */
export interface Finding {
  /** What was looked at: `node`, `sqlite`, `folder`, `disk`, `config`, `rules`, `root`, `output root`, … */
  check: string;
  /** `fail`: the daemon cannot do its job like this. `warn`: it can, but not all of it. */
  status: 'ok' | 'warn' | 'fail';
  detail: string;
  /** The command or the sentence that mends it; null where nothing is to be mended. */
  mend: string | null;
}

export function ok(check: string, detail: string): Finding {
  return { check, status: 'ok', detail, mend: null };
}

export function warn(check: string, detail: string, mend: string | null): Finding {
  return { check, status: 'warn', detail, mend };
}

export function fail(check: string, detail: string, mend: string | null): Finding {
  return { check, status: 'fail', detail, mend };
}

/** An argument as a shell reads it back. */
export function quoted(argument: string): string {
  return /^[\w@%+=:,./~-]+$/.test(argument) ? argument : `'${argument.replaceAll("'", "'\\''")}'`;
}
