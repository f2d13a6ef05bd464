import { execFile } from 'node:child_process';
import { readdirSync, statSync } from 'node:fs';
import { uptime } from 'node:os';
import { join } from 'node:path';
import type { Clock } from '../base/clock.ts';
import { createKernelFiles } from './kernel-files.ts';
import { power } from './vitals/sensors.ts';

/** Whether a person is at this machine, and what it runs on. Null = not known. */
export interface Presence {
  onAc: boolean | null;
  /** Since a person last did something here, milliseconds. */
  idleMs: number | null;
}

/** Starts a program with fixed arguments; what it printed, or null where it is not there, fails or takes too long. */
type Run = (file: string, ...args: string[]) => Promise<string | null>;

export interface PresenceOptions {
  clock: Pick<Clock, 'now'>;
  /** Where /dev and /sys are. Default: `/`. */
  root?: string;
  run?: Run;
}

/** Looks once; some small programs are started, so ask no more than every half a minute. */
export async function readPresence(options: PresenceOptions): Promise<Presence> {
  const { clock, root = '/', run = runProgram } = options;
  switch (process.platform) {
    case 'linux': {
      const onAc = power(createKernelFiles(join(root, 'sys')))['on_ac'] === 1;
      return { onAc, idleMs: await idleOnLinux(clock.now(), root, run) };
    }
    case 'darwin': {
      const source = await run('/usr/bin/pmset', '-g', 'ps');
      const input = await run('/usr/sbin/ioreg', '-c', 'IOHIDSystem', '-d', '4');
      return { onAc: parsePowerSource(source ?? ''), idleMs: parseInputIdle(input ?? '') };
    }
    case 'win32': {
      const { battery } = await import('systeminformation');
      const { hasBattery, acConnected } = await battery();
      return { onAc: !hasBattery || acConnected, idleMs: null };
    }
    default:
      return { onAc: null, idleMs: null };
  }
}

/**
 * GNOME and X11 tell it exactly. Other desktops tell systemd's login manager when they blank the screen: until then
 * somebody may be there. At a terminal, reading what was typed leaves a time.
 */
async function idleOnLinux(now: number, root: string, run: Run): Promise<number | null> {
  const typed = lastTyped(join(root, 'dev'));
  const desktop =
    parseMutterIdle((await run('/usr/bin/gdbus', ...MUTTER)) ?? '') ??
    parseMilliseconds((await run('/usr/bin/xprintidle')) ?? '');
  const sessions = await sessionsText(run);
  const atDesktop = desktop ?? (sessions === null ? null : parseSessionsIdle(sessions, now));
  const known = [atDesktop, typed === null ? null : Math.max(0, now - typed)].filter((each) => each !== null);
  if (known.length > 0) return Math.min(...known);
  // Nobody has logged in at all.
  return sessions === null ? null : uptime() * 1000;
}

const MUTTER = [
  ...['call', '--session', '--timeout', '2', '--dest', 'org.gnome.Mutter.IdleMonitor'],
  ...['--object-path', '/org/gnome/Mutter/IdleMonitor/Core'],
  ...['--method', 'org.gnome.Mutter.IdleMonitor.GetIdletime'],
];

const LOGINCTL = '/usr/bin/loginctl';
const PROPERTIES = ['-p', 'Type', '-p', 'Class', '-p', 'IdleHint', '-p', 'IdleSinceHint'];

/** Null where there is no login manager to ask. */
async function sessionsText(run: Run): Promise<string | null> {
  const list = await run(LOGINCTL, 'list-sessions', '--no-legend', '--no-pager');
  if (list === null) return null;
  const ids = list
    .split('\n')
    .map((line) => line.trim().split(/\s+/)[0] ?? '')
    .filter((id) => /^[\w]+$/.test(id));
  return ids.length === 0 ? '' : await run(LOGINCTL, 'show-session', ...ids, ...PROPERTIES);
}

/** The least idle of the desktop sessions; null where there is none. */
export function parseSessionsIdle(text: string, now: number): number | null {
  let least: number | null = null;
  for (const session of text.split(/\n\s*\n/)) {
    const value = (name: string) => new RegExp(`^${name}=(.*)$`, 'm').exec(session)?.[1] ?? '';
    if (value('Class') !== 'user' || !['x11', 'wayland', 'mir'].includes(value('Type'))) continue;
    const since = Number(value('IdleSinceHint')) / 1000;
    const idle = value('IdleHint') === 'yes' && since > 0 ? Math.max(0, now - since) : 0;
    least = least === null ? idle : Math.min(least, idle);
  }
  return least;
}

/** `(uint64 12345,)` */
export function parseMutterIdle(text: string): number | null {
  const found = /uint64 (\d+)/.exec(text)?.[1];
  return found === undefined ? null : Number(found);
}

function parseMilliseconds(text: string): number | null {
  return /^\d+\s*$/.test(text) ? Number(text) : null;
}

/** Of `ioreg -c IOHIDSystem`: nanoseconds. */
export function parseInputIdle(text: string): number | null {
  const found = /"HIDIdleTime" = (\d+)/.exec(text)?.[1];
  return found === undefined ? null : Number(found) / 1e6;
}

/** Of `pmset -g ps`: `Now drawing from 'AC Power'`. */
export function parsePowerSource(text: string): boolean | null {
  const found = /^Now drawing .+? '([^']+)'/m.exec(text)?.[1];
  return found === undefined ? null : found === 'AC Power';
}

/** When somebody last typed at a terminal of this user, or of anybody where this is root; epoch milliseconds. */
function lastTyped(dev: string): number | null {
  const user = process.getuid?.() ?? 0;
  let newest: number | null = null;
  const look = (folder: string, name: RegExp) => {
    for (const entry of namesIn(folder)) {
      if (!name.test(entry)) continue;
      const found = statSync(join(folder, entry), { throwIfNoEntry: false });
      // A console that nobody is logged in at belongs to root.
      if (found === undefined || (user !== 0 && found.uid !== user)) continue;
      newest = Math.max(newest ?? 0, found.atimeMs);
    }
  };
  look(join(dev, 'pts'), /^\d+$/);
  if (user !== 0) look(dev, /^tty\d+$/);
  return newest;
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

const PATIENCE_MS = 3000;

function runProgram(file: string, ...args: string[]): Promise<string | null> {
  return new Promise((resolve) => {
    execFile(file, args, { timeout: PATIENCE_MS, windowsHide: true, maxBuffer: 2 ** 22 }, (error, stdout) => {
      resolve(error ? null : stdout);
    });
  });
}
