import * as z from 'zod';
import type { Clock } from '../../base/clock.ts';
import { withoutInvisible } from '../../base/invisible.ts';
import type { Sender, SendHandler, Sent } from '../output.ts';
import { chosen } from './environment.ts';
import { runProgram } from './program.ts';
import { cutAt, lastWords, oneLine } from './words.ts';

export interface NotifyOptions {
  environment: Readonly<Record<string, string | undefined>>;
  platform: NodeJS.Platform;
  clock: Clock;
  /** The longest that showing it may take. Default: 10 s. */
  ms?: number;
}

/** What a desktop shows of a notification without cutting it. */
const TITLE = 100;
const BODY = 500;
const LINES = 8;

/** All that the program sees. Without any of the last four there is no desktop to show anything on. */
export const SESSION = ['DBUS_SESSION_BUS_ADDRESS', 'XDG_RUNTIME_DIR', 'DISPLAY', 'WAYLAND_DISPLAY'];
const PASSED = ['PATH', 'HOME', ...SESSION];

const content = z.object({ title: z.string(), body: z.string() });

/** A notification on this machine's desktop: its title, and a text where the rule has one. */
export const notify: SendHandler = {
  kind: 'notify',
  target: () => 'desktop',
  compose({ title = '', body }, rendering) {
    const { name } = rendering.request.rule;
    const shown = {
      title: oneLine(rendering.text(title), TITLE) || name,
      body: body === '' ? '' : fewLines(rendering.text(body)),
    };
    return JSON.stringify(shown);
  },
};

/** Its words are arguments of a fixed program, never part of a script. */
export function createNotify(options: NotifyOptions): Sender {
  return {
    async send(output, context): Promise<Sent> {
      const { platform, environment, clock, ms = 10_000 } = options;
      const { title, body } = content.parse(JSON.parse(output.content));
      const argv = argvOf(platform, title, body);
      if (argv === null) return { state: 'denied', reason: `there are no notifications on ${platform} here` };
      const env = chosen(environment, PASSED);
      if (platform === 'linux' && SESSION.every((name) => env[name] === undefined))
        return {
          state: 'denied',
          reason: `no desktop session: the daemon has none of ${SESSION.join(', ')}`,
        };
      await context.markSent();
      const ran = await runProgram({ argv, env, input: '', ms }, clock, context.signal);
      switch (ran.kind) {
        case 'not-started':
          return { state: 'denied', reason: notStarted(argv[0] ?? '', ran.code, ran.message) };
        case 'cut':
          return { state: 'unknown', reason: `${argv[0]} did not end within ${ms / 1000} s` };
        case 'ended':
          if (ran.code === 0) return { state: 'applied', reason: '' };
          return {
            state: 'denied',
            reason: `${argv[0]} could not show it (${ran.code ?? ran.signal}): ${lastWords(ran.said, 200)}`,
          };
        default:
          return ran satisfies never;
      }
    },

    doubt: () => 'it may have been shown, and is not shown again',
  };
}

/** The program that shows it, with its arguments; null where this platform has none that we know. */
export function argvOf(platform: NodeJS.Platform, title: string, body: string): string[] | null {
  // The words are arguments after `--`: none of them can be an option.
  if (platform === 'linux')
    return ['notify-send', '--app-name=Consciousness', '--', plainTitle(title), markup(body)];
  if (platform === 'darwin') return ['osascript', ...SCRIPT, '--', title, body];
  return null;
}

/** Constant: what is shown comes as its arguments. */
const SCRIPT = [
  ...['-e', 'on run argv'],
  ...['-e', 'display notification (item 2 of argv) with title (item 1 of argv)'],
  ...['-e', 'end run'],
];

/** A title has no markup; a server that reads some all the same finds none. */
function plainTitle(title: string): string {
  return title.replaceAll('<', '‹').replaceAll('>', '›');
}

/** notify-send turns `\\074` into `<` before the server reads markup, so that backslashes are escaped, too. */
function markup(body: string): string {
  return body
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('\\', '\\\\');
}

function fewLines(text: string): string {
  const lines = withoutInvisible(text).replaceAll('\t', ' ').trim().split('\n');
  const shown = lines.length > LINES ? [...lines.slice(0, LINES - 1), '…'] : lines;
  return cutAt(shown.join('\n'), BODY);
}

function notStarted(program: string, code: string, message: string): string {
  if (code !== 'ENOENT') return `${program} could not be started: ${message}`;
  return `there is no ${program} on this machine: install ${program === 'notify-send' ? 'libnotify-bin (or libnotify)' : 'it'}`;
}
