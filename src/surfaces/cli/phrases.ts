import type { OutputState, ThoughtState } from '../../contract/thought.ts';
import type { Span, Style } from './terminal.ts';

/** `1 thought`, `3 thoughts`. */
export function count(number: number, one: string, many = `${one}s`): string {
  return `${number} ${number === 1 ? one : many}`;
}

/** `340 ms`, `2.1 s`, `4 min`, `3 h`, `2 d`. */
export function span(ms: number): string {
  if (ms < 1000) return `${Math.round(ms)} ms`;
  if (ms < 10_000) return `${(ms / 1000).toFixed(1)} s`;
  if (ms < 60_000) return `${Math.round(ms / 1000)} s`;
  if (ms < 3_600_000) return `${Math.round(ms / 60_000)} min`;
  if (ms < 48 * 3_600_000) return `${Math.round(ms / 3_600_000)} h`;
  return `${Math.round(ms / 86_400_000)} d`;
}

/** For how long something has been so, for which tenths of a second mean nothing: `less than 1 s`, else as {@link span}. */
export function age(ms: number): string {
  return ms < 1000 ? 'less than 1 s' : span(ms);
}

/** `3 min ago`, or `in 2.0 s`; `now` is epoch milliseconds. */
export function ago(iso: string, now: number): string {
  const past = now - Date.parse(iso);
  if (Number.isNaN(past)) return iso;
  if (past <= -1000) return `in ${span(-past)}`;
  return past < 1000 ? 'just now' : `${span(past)} ago`;
}

/** `812 B`, `4.0 KB`, `1.2 MB`, `80 GB`. */
export function bytes(number: number): string {
  const units = ['B', 'KB', 'MB', 'GB', 'TB'];
  const step = Math.min(units.length - 1, number < 1 ? 0 : Math.floor(Math.log10(number) / 3));
  const scaled = number / 1000 ** step;
  return `${step === 0 || scaled >= 100 ? Math.round(scaled) : scaled.toFixed(1)} ${units[step]}`;
}

/** `14:03:22` in local time. */
export function clockTime(iso: string): string {
  const at = new Date(iso);
  const two = (number: number) => String(number).padStart(2, '0');
  return `${two(at.getHours())}:${two(at.getMinutes())}:${two(at.getSeconds())}`;
}

/** First digits of a thought's id: enough to name it (10 hex digits collide once in a million thoughts). */
export function short(id: string): string {
  return id.slice(0, 10);
}

const STATE_STYLE: Record<ThoughtState, Style> = {
  waiting: 'dim',
  ready: 'cyan',
  running: 'blue',
  answered: 'blue',
  proposed: 'magenta',
  done: 'green',
  dead: 'red',
  cancelled: 'yellow',
};
const OUTPUT_STYLE: Record<OutputState, Style> = {
  planned: 'cyan',
  applied: 'green',
  proposed: 'magenta',
  denied: 'yellow',
  failed: 'red',
  unknown: 'yellow',
  undone: 'dim',
};
const HEALTH_STYLE: Record<string, Style> = {
  ok: 'green',
  online: 'green',
  watching: 'green',
  starting: 'cyan',
  scanning: 'cyan',
  loading: 'cyan',
  polling: 'yellow',
  degraded: 'yellow',
  unknown: 'yellow',
  warn: 'yellow',
  broken: 'red',
  overloaded: 'yellow',
  offline: 'red',
  fail: 'red',
};

/** A thought's state in its colour. */
export function stateSpan(state: ThoughtState): Span {
  return [STATE_STYLE[state], state];
}

/** An output's state in its colour. */
export function outputSpan(state: OutputState): Span {
  return [OUTPUT_STYLE[state], state];
}

/** The state of a sense, root, provider or finding in its colour. */
export function healthSpan(state: string): Span {
  return [HEALTH_STYLE[state] ?? 'dim', state];
}
