import { type FSWatcher, type Stats, watch } from 'node:fs';
import { lstat, readdir, stat } from 'node:fs/promises';
import path from 'node:path';
import { type Bell, createBell } from '../base/bell.ts';
import { fromFs, toFs } from '../base/path-text.ts';
import type { Folders } from '../contract/config.ts';

export interface WatchQuestion {
  folders: Pick<Folders, 'config' | 'configFile' | 'rules'>;
  /** Called after `config.yaml`, `.env` or a rule has changed, never twice at once. It validates and swaps. */
  onChange(): Promise<void> | void;
  signal: AbortSignal;
  /**
   * What {@link configFingerprint} said before the configuration was loaded, so that no change since is missed.
   * Default: as it is when the watch begins.
   */
  since?: string;
  /** Default: 200 ms of quiet before a change counts, and a look every 5 s in case nobody told us. */
  timing?: { debounceMs: number; pollMs: number };
}

/** `config.yaml`, `.env`, the rules folder, a rule; or the folder itself, which is told by its own name. */
const CONCERNS_US = /^(config\.yaml|\.env|rules)$|\.md$/i;
const TIMING = { debounceMs: 200, pollMs: 5000 } as const;

/** Watches the configuration until the signal aborts. Rejects only with what `onChange` throws. */
export async function watchConfiguration(question: WatchQuestion): Promise<void> {
  const { folders, signal, onChange } = question;
  const { debounceMs, pollMs } = question.timing ?? TIMING;
  const bell = createBell();
  const watchers = [createFolderWatcher(folders.config, bell), createFolderWatcher(folders.rules, bell)];
  try {
    for (const watcher of watchers) await watcher.renew();
    let known = question.since ?? (await configFingerprint(folders));
    bell.ring();
    while (!signal.aborted) {
      await bell.wait(pollMs, signal);
      for (const watcher of watchers) await watcher.renew();
      let now = await configFingerprint(folders);
      if (now === known) continue;
      now = await settled(now, folders, debounceMs, signal);
      if (signal.aborted) return;
      known = now;
      await onChange();
    }
  } finally {
    for (const watcher of watchers) watcher.close();
  }
}

/** Everything the configuration consists of, as text that differs when any of it was changed. */
export async function configFingerprint(folders: WatchQuestion['folders']): Promise<string> {
  const rules = await readdir(toFs(folders.rules), { encoding: 'buffer' }).catch(() => []);
  const files = [
    folders.configFile,
    path.posix.join(folders.config, '.env'),
    ...rules
      .map((name) => fromFs(name))
      .filter((name) => /\.md$/i.test(name))
      .sort()
      .map((name) => path.posix.join(folders.rules, name)),
  ];
  const facts = await Promise.all(files.map(async (file) => `${file}\0${describe(await statOf(file))}`));
  return facts.join('\n');
}

/** The fingerprint once it has stayed the same for `ms`: an editor may write a file in several steps. */
async function settled(
  first: string,
  folders: WatchQuestion['folders'],
  ms: number,
  signal: AbortSignal,
): Promise<string> {
  const quiet = createBell();
  let last = first;
  for (;;) {
    await quiet.wait(ms, signal);
    const now = await configFingerprint(folders);
    if (now === last || signal.aborted) return now;
    last = now;
  }
}

function describe(facts: Stats | null): string {
  return facts === null ? '' : [facts.ino, facts.size, facts.mtimeMs, facts.ctimeMs, facts.mode].join(' ');
}

function statOf(file: string): Promise<Stats | null> {
  // Follows links: a configuration may be a link into a folder under version control.
  return stat(toFs(file)).catch(() => null);
}

/** A watch on one folder, made again when the folder was replaced; without one, the look every few seconds remains. */
function createFolderWatcher(folder: string, bell: Bell) {
  let watcher: FSWatcher | undefined;
  let inode: number | undefined;
  const close = () => {
    watcher?.close();
    watcher = undefined;
    inode = undefined;
  };
  return {
    close,
    async renew() {
      const facts = await lstat(toFs(folder)).catch(() => null);
      if (facts?.ino === inode) return;
      close();
      if (facts === null) return;
      try {
        watcher = watch(toFs(folder), (_, name) => {
          // A database or a log beside it changes all the time.
          if (name === null || CONCERNS_US.test(name)) bell.ring();
        });
        // No watches left, or the folder went away again: the poll sees what this would have told.
        watcher.on('error', close);
        inode = facts.ino;
      } catch {
        close();
      }
    },
  };
}
