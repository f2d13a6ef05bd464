import { spawn } from 'node:child_process';
import type { Context } from './command.ts';

/** What opens an address in a person's own browser, found by their PATH; its only argument is the address. */
const OPENERS: Readonly<Partial<Record<NodeJS.Platform, string>>> = {
  linux: 'xdg-open',
  darwin: 'open',
};

/** How long it may take to hand the address over: with some browsers it only ends when they do. */
const HANDED_OVER_MS = 2000;

/** Opens an address of ours in the browser; why it was not, or null. No shell reads the address. */
export async function openInBrowser(
  url: string,
  { env, platform, clock, signal }: Pick<Context, 'env' | 'platform' | 'clock' | 'signal'>,
): Promise<string | null> {
  if (env['SSH_CONNECTION']) return 'this terminal is on another machine';
  const opener = OPENERS[platform];
  if (opener === undefined) return `no browser is known on ${platform}`;
  if (platform === 'linux' && !env['DISPLAY'] && !env['WAYLAND_DISPLAY']) return 'there is no desktop here';
  const over = new AbortController();
  const ended = new Promise<string | null>((resolve) => {
    const child = spawn(opener, [url], { env, stdio: 'ignore', detached: true });
    child.once('error', () => resolve(`${opener} cannot be run`));
    child.once('exit', (code) => resolve(code === 0 ? null : `${opener} ended with ${code ?? 'a signal'}`));
    // The browser outlives this command.
    child.unref();
  });
  const late = clock.sleep(HANDED_OVER_MS, AbortSignal.any([signal, over.signal])).then(
    () => null,
    () => null,
  );
  return Promise.race([ended, late]).finally(() => over.abort());
}
