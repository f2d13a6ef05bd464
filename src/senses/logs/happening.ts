import type { Happening } from '../../contract/happening.ts';
import type { Gathered } from './reading.ts';

/** What a burst of a log's records is told as. `begun` and the place of its first record tell it from all others. */
export function happeningOf(
  on: { rule: string; path: string },
  gathered: Gathered,
  begun: number,
): Happening {
  const { burst, at, undecided } = gathered;
  const { rule, path } = on;
  const note =
    undecided === 0
      ? ''
      : `\n(${undecided} of these are here because a regular expression of the rule was too slow to tell.)`;
  return {
    dedup: `log:${rule}:${path}#${begun}:${burst.from ?? 0}`,
    sense: 'logs',
    subject: `log:${path}`,
    kind: 'log.lines',
    at,
    data: { path, name: path.slice(path.lastIndexOf('/') + 1), lines: burst.lines },
    text: `${burst.text()}${note}`,
    rule,
  };
}
