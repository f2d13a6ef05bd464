import type { StatusView } from '../../contract/status-view.ts';
import { count, span } from './phrases.ts';
import type { Span } from './terminal.ts';

/** What a model says just now. */
export interface Speaking {
  /** What the thought is about. */
  about: string;
  tokens: number;
  /** The end of what it has said. */
  end: string;
}

/** How many thoughts ended since a moment. */
export interface Pace {
  ended: number;
  ms: number;
}

/** Fewer thoughts to come need no estimate, and one from so short a time is none. */
const MANY = 5;
const SOON_MS = 10_000;

const BETWEEN: Span = ['dim', ' · '];

/** Where things stand, for one line: what is scanned, what is held, what is thought; nothing where all is done. */
export function progressLine(status: StatusView, speaking: Speaking | null, pace: Pace): Span[] {
  const parts = [scanning(status), held(status), queued(status, pace), said(speaking)].filter(
    (part) => part.length > 0,
  );
  return parts.flatMap((part, at) => (at === 0 ? part : [BETWEEN, ...part]));
}

/** "2 thoughts held: lmstudio is offline"; empty where none is. */
export function heldLine({ holds }: StatusView): string {
  const holding = holds.filter(({ thoughts }) => thoughts > 0);
  const [first] = holding;
  if (first === undefined) return '';
  const thoughts = holding.reduce((sum, hold) => sum + hold.thoughts, 0);
  return `${count(thoughts, 'thought')} held: ${briefly(first.name, first.reason)}`;
}

function briefly(name: string, reason: string): string {
  if (reason.startsWith(`${name} does not answer`)) return `${name} is offline`;
  return reason.split(/ at | \(|: /, 1)[0] ?? reason;
}

function scanning({ senses }: StatusView): Span[] {
  const roots = senses.flatMap((sense) => sense.roots).filter(({ state }) => state === 'scanning');
  const files = roots.reduce((sum, root) => sum + root.files, 0);
  const [first] = roots;
  if (first === undefined) return [];
  const where = roots.length === 1 ? first.path : count(roots.length, 'folder');
  return [['cyan', 'looking around'], ` ${where}: ${files.toLocaleString('en-US')} files so far`];
}

function held(status: StatusView): Span[] {
  const line = heldLine(status);
  return line === '' ? [] : [['yellow', line]];
}

function queued({ queue, holds }: StatusView, pace: Pace): Span[] {
  const waits = holds.reduce((sum, hold) => sum + hold.thoughts, 0);
  const running = queue.running + queue.answered;
  const open = Math.max(0, queue.waiting + queue.ready - waits);
  if (running + open === 0) return [];
  const words = [
    running > 0 ? `${running} being thought` : '',
    open > 0 ? `${open.toLocaleString('en-US')} to come` : '',
    open < MANY || pace.ms < SOON_MS || pace.ended === 0
      ? ''
      : `about ${span((open / pace.ended) * pace.ms)} left`,
  ];
  return [words.filter(Boolean).join(', ')];
}

function said(speaking: Speaking | null): Span[] {
  if (speaking === null) return [];
  const { about, tokens, end } = speaking;
  return [about, ['dim', ` ${count(tokens, 'token')}: …${end}`]];
}
