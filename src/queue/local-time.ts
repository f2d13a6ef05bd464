/** The minute of the day (0 to 1439) on a wall clock there; `system` = this machine's own time zone. */
export function localMinuteOf(at: number, timezone: string): number {
  if (timezone === 'system') {
    const date = new Date(at);
    return date.getHours() * 60 + date.getMinutes();
  }
  const parts = wallClock(timezone).formatToParts(at);
  const part = (type: string) => Number(parts.find((each) => each.type === type)?.value ?? 0);
  return part('hour') * 60 + part('minute');
}

let last: { timezone: string; format: Intl.DateTimeFormat } | undefined;

/** Making one takes 50 times as long as using it, and it is nearly always the same one. */
function wallClock(timezone: string): Intl.DateTimeFormat {
  if (last?.timezone === timezone) return last.format;
  const format = new Intl.DateTimeFormat('en-GB', {
    timeZone: timezone,
    hour: '2-digit',
    minute: '2-digit',
    hourCycle: 'h23',
  });
  last = { timezone, format };
  return format;
}
