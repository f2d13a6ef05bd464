import { CodedError, EXIT } from '../../base/errors.ts';

const UNIT_MS: Readonly<Record<string, number>> = {
  s: 1000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
  w: 604_800_000,
};
/** A date alone, or with a time; without a zone it is local time. */
const ISO = /^\d{4}-\d{2}-\d{2}([T ]\d{2}:\d{2}(:\d{2}(\.\d+)?)?(Z|[+-]\d{2}:?\d{2})?)?$/;

/** Epoch milliseconds of `2h`, `3d` (so long before `now`) or an ISO time, local where it names no zone; `name` for the error. */
export function parseSince(text: string, now: number, name = '--since'): number {
  const length = /^(\d+(?:\.\d+)?)\s*([smhdw])$/.exec(text);
  if (length !== null) return now - Number(length[1]) * (UNIT_MS[length[2] ?? ''] ?? 0);
  // JavaScript reads a date alone as UTC; people mean their own midnight.
  const at = ISO.test(text)
    ? Date.parse(text.length === 10 ? `${text}T00:00` : text.replace(' ', 'T'))
    : Number.NaN;
  if (!Number.isNaN(at)) return at;
  throw new CodedError('since-invalid', `${name} is not a time`, {
    value: text,
    allowed: '30m, 2h, 3d, 2026-11-22 or 2026-11-22T08:00',
    exitCode: EXIT.usage,
  });
}
