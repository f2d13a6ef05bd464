import type { Clock } from '../base/clock.ts';
import { messageOf } from '../base/errors.ts';
import type { Log } from '../base/log.ts';

/** A log that also remembers the last warning or error, for `status`. */
export function rememberErrors(
  log: Log,
  clock: Clock,
): { log: Log; lastError(): { at: number; message: string } | null } {
  let last: { at: number; message: string } | null = null;
  const remembering =
    (method: 'warning' | 'error' | 'critical'): Log['error'] =>
    (event, fields) => {
      const detail = fields?.['error'] === undefined ? fields?.['reason'] : messageOf(fields['error']);
      last = { at: clock.now(), message: detail === undefined ? event : `${event}: ${String(detail)}` };
      log[method](event, fields);
    };
  return {
    lastError: () => last,
    log: {
      debug: (event, fields) => log.debug(event, fields),
      info: (event, fields) => log.info(event, fields),
      warning: remembering('warning'),
      error: remembering('error'),
      critical: remembering('critical'),
      child: (bound) => log.child(bound),
      setLevel: (level) => log.setLevel(level),
      reopen: () => log.reopen(),
      flush: () => log.flush(),
      close: () => log.close(),
    },
  };
}
