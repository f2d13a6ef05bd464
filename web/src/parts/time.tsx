import { computed, type ReadonlySignal, signal } from '@preact/signals';
import { useMemo } from 'preact/hooks';
import { age, ago } from '../../../src/surfaces/cli/phrases.ts';

/** Epoch milliseconds, to the second. */
export const now = signal(Date.now());

/** Keeps relative times true, while somebody can see them. */
export function keepTime(document: Document): void {
  setInterval(() => {
    if (document.visibilityState === 'visible') now.value = Date.now();
  }, 1000);
}

/** `3 min ago`, and the exact time where the pointer rests. */
export function Time({ at }: { at: string }) {
  const shown = useText(() => ago(at, now.value), at);
  return (
    <time dateTime={at} title={exactly(at)}>
      {shown}
    </time>
  );
}

/** How long something has been going on: `4 min`. */
export function Since({ at }: { at: string }) {
  const shown = useText(() => age(now.value - Date.parse(at)), at);
  return (
    <time dateTime={at} title={`since ${exactly(at)}`}>
      {shown}
    </time>
  );
}

/** `14:03:22`, for lists of what has just happened. */
export function ClockTime({ at }: { at: string }) {
  return (
    <time class="clock" dateTime={at} title={exactly(at)}>
      {new Date(at).toLocaleTimeString('en-GB')}
    </time>
  );
}

/** `22 Nov 2026, 14:03:22 GMT+1`, where this page is. */
function exactly(at: string): string {
  const time = new Date(at);
  if (Number.isNaN(time.getTime())) return at;
  const format: Intl.DateTimeFormatOptions = {
    ...{ day: 'numeric', month: 'short', year: 'numeric' },
    ...{ hour: '2-digit', minute: '2-digit', second: '2-digit', timeZoneName: 'short' },
  };
  return time.toLocaleString('en-GB', format);
}

/** A text that is drawn again when it is another one, and not each time that the clock ticks. */
function useText(text: () => string, at: string): ReadonlySignal<string> {
  return useMemo(() => computed(text), [at]);
}
