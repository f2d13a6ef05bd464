import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import type { LiveEvent } from '../../src/contract/live-event.ts';
import type { Plan } from './scenario-preload.ts';

const BIN = fileURLToPath(new URL('../../bin/consciousness.js', import.meta.url));
const PRELOAD = new URL('./scenario-preload.ts', import.meta.url).href;

/** One life of a real daemon in a process of its own, with what it is to suffer. */
export interface Life {
  /** Resolves when it is ready; false where it ended before. */
  ready: Promise<boolean>;
  /** Resolves when it has met its point; false where it ended without. */
  met: Promise<boolean>;
  /** Resolves when it has ended, with its exit code; null where a signal killed it. */
  ended: Promise<number | null>;
  isOver(): boolean;
  /** Everything it said so far. */
  events: LiveEvent[];
  stderr(): string;
  /** Resolves at the next thing it says, or when it has ended. */
  next(): Promise<void>;
  signal(signal: NodeJS.Signals): void;
  /** Whether every thread of it stands still. */
  isStopped(): boolean;
}

/** Nothing but itself ends a life, so whoever begins one ends it. */
export function beginLife(home: string, plan: Plan): Life {
  const child = spawn(process.execPath, ['--import', PRELOAD, BIN, 'start', '--home', home, '--json'], {
    stdio: ['ignore', 'pipe', 'pipe'],
    // A killed process may tear its coverage file, and one torn file costs the whole report.
    env: { ...process.env, NODE_V8_COVERAGE: '', CONSCIOUSNESS_TORTURE: JSON.stringify(plan) },
  });
  const end = () => child.kill('SIGKILL');
  process.once('exit', end);
  const events: LiveEvent[] = [];
  const ready = Promise.withResolvers<boolean>();
  const met = Promise.withResolvers<boolean>();
  const waiting: (() => void)[] = [];
  let stderr = '';
  let banner = false;
  const wake = () => {
    for (const each of waiting.splice(0)) each();
  };
  child.stderr.on('data', (data) => {
    stderr += data;
    if (/^met /m.test(stderr)) met.resolve(true);
  });
  createInterface({ input: child.stdout }).on('line', (line) => {
    if (banner) {
      const event = eventOf(line);
      if (event) events.push(event);
    } else ready.resolve(true);
    banner = true;
    wake();
  });
  const ended = once(child, 'close').then(([code]) => {
    process.off('exit', end);
    ready.resolve(false);
    met.resolve(false);
    wake();
    return typeof code === 'number' ? code : null;
  });
  return {
    ready: ready.promise,
    met: met.promise,
    ended,
    isOver: () => hasEnded(child),
    events,
    stderr: () => stderr,
    next: () =>
      hasEnded(child)
        ? Promise.resolve()
        : new Promise((resolve) => {
            waiting.push(resolve);
          }),
    signal: (signal) => void child.kill(signal),
    isStopped: () => /^State:\s+T/m.test(readFileSync(`/proc/${child.pid}/status`, 'utf8')),
  };
}

/** A line that the kill cut off is none. */
function eventOf(line: string): LiveEvent | null {
  try {
    return JSON.parse(line);
  } catch {
    return null;
  }
}

function hasEnded(child: ChildProcess): boolean {
  return child.exitCode !== null || child.signalCode !== null;
}
