import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { appendFileSync, mkdirSync, writeFileSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import xxhash from 'xxhash-wasm';
import { systemClock } from '../../../src/base/clock.ts';
import type { RootHealth } from '../../../src/contract/status-view.ts';
import { createHasher } from '../../../src/senses/files/hash.ts';
import { ignoreMatcher } from '../../../src/senses/files/ignore.ts';
import { createRoot, type RootOptions } from '../../../src/senses/files/root.ts';
import { createSender } from '../../../src/senses/files/sender.ts';
import { createStateFiles } from '../../../src/senses/files/state-files.ts';
import type { Hints } from '../../../src/senses/files/watching.ts';
import { Index, inFolder, onDisk } from './watched.ts';

/** A root whose watches hear nothing, on clocks that the test can set ahead. */
async function deafRoot(folder: string, more: Partial<RootOptions> = {}) {
  const ahead = { wall: 0, monotonic: 0, uptime: 0 };
  const index = new Index();
  const healths: RootHealth[] = [];
  let accept = true;
  const accepted = () => {
    sender.accepted();
    root.accepted();
  };
  const sender = createSender((batch) => {
    index.apply(batch);
    if (accept) queueMicrotask(accepted);
  });
  const hashing = await xxhash();
  let heard: Hints | undefined;
  const root = createRoot({
    root: folder,
    matcher: ignoreMatcher([]),
    debounceMs: 1000,
    since: 0,
    retryMs: 50,
    lane: sender.lane(folder),
    stateFiles: createStateFiles('/nowhere'),
    clock: {
      now: () => Date.now() + ahead.wall,
      monotonic: () => performance.now() + ahead.monotonic,
      sleep: systemClock.sleep,
    },
    uptime: () => performance.now() + ahead.uptime,
    hasher: (realRoot) => createHasher(hashing, realRoot),
    loadIndex: async () => index.columns(),
    watch: async (_root, _real, hints) => {
      heard = hints;
      return { count: 1, has: () => true, watch: () => 'watched', unwatch: () => {}, close: async () => {} };
    },
    isRemote: () => false,
    onHealth: (health) => healths.push(health),
    ...more,
  });
  const stop = new AbortController();
  const running = root.run(stop.signal);
  return {
    index,
    ahead,
    hints: () => heard,
    health: () => healths.at(-1),
    hold(yes: boolean) {
      accept = !yes;
      if (accept) accepted();
    },
    /** Lets it take a turn now, as it does twice a minute. */
    wake: () => root.hashWhenIdle([]),
    async close() {
      stop.abort();
      await running;
    },
  };
}

async function until(holds: () => boolean): Promise<void> {
  const end = performance.now() + 10_000;
  while (!holds()) {
    if (performance.now() > end) throw new Error(`never: ${holds}`);
    await systemClock.sleep(5);
  }
}

type Deaf = Awaited<ReturnType<typeof deafRoot>>;
const isDisk = (deaf: Deaf, folder: string) => deaf.index.contents().join() === onDisk(folder).join();

describe('a root that hears nothing', { concurrency: 4 }, () => {
  const signs: Record<string, (ahead: Deaf['ahead']) => void> = {
    'ten minutes have passed': (ahead) => {
      for (const clock of ['wall', 'monotonic', 'uptime'] as const) ahead[clock] += 600_000;
    },
    'the machine slept': (ahead) => {
      ahead.uptime += 3_600_000;
    },
    'the wall clock ran ahead': (ahead) => {
      ahead.wall += 3_600_000;
    },
    'it was stopped or blocked for long': (ahead) => {
      for (const clock of ['wall', 'monotonic', 'uptime'] as const) ahead[clock] += 60_000;
    },
  };
  for (const [sign, happens] of Object.entries(signs)) {
    it(`finds what it missed once ${sign}`, () =>
      inFolder(async (folder) => {
        const deaf = await deafRoot(folder);
        try {
          await until(() => deaf.index.baselined);
          mkdirSync(join(folder, 'sub'));
          writeFileSync(join(folder, 'sub/a.txt'), 'unheard of');
          deaf.wake();
          await systemClock.sleep(200);
          assert.equal(deaf.index.rows.size, 0, 'nothing told of it');
          happens(deaf.ahead);
          deaf.wake();
          await until(() => isDisk(deaf, folder) && deaf.index.rows.size === 1);
        } finally {
          await deaf.close();
        }
      }));
  }

  it('polls what is beneath it on a network file system, and says so', (context) => {
    const probe = process.getuid?.() === 0 && spawnSync('unshare', ['-m', 'true']).status === 0;
    if (!probe) return context.skip('mounting needs root');
    return inFolder(async (folder) => {
      await mkdir(join(folder, 'here'));
      await mkdir(join(folder, 'share'));
      // Any other device: that it is a network's, the test says.
      assert.equal(spawnSync('mount', ['-t', 'tmpfs', 'none', join(folder, 'share')]).status, 0);
      await mkdir(join(folder, 'share/sub'));
      const deaf = await deafRoot(folder, { isRemote: (path) => String(path).includes('/share') });
      try {
        await until(() => deaf.health()?.state === 'polling');
        assert.match(deaf.health()?.detail ?? '', /network file system .*share/);
        writeFileSync(join(folder, 'share/sub/a.txt'), 'by another machine');
        await until(() => isDisk(deaf, folder));
      } finally {
        await deaf.close();
        spawnSync('umount', ['-l', join(folder, 'share')]);
      }
    });
  });

  it('shows what is perceived and not journaled yet, until it is', () =>
    inFolder(async (folder) => {
      const deaf = await deafRoot(folder);
      try {
        await until(() => deaf.index.baselined);
        await until(() => deaf.health()?.pending === 0);
        deaf.hold(true);
        writeFileSync(join(folder, 'a.txt'), 'x');
        deaf.hints()?.path('a.txt');
        await until(() => deaf.index.rows.size === 1);
        await until(() => deaf.health()?.pending === 1);
        // Nothing happens any more but this.
        deaf.hold(false);
        await until(() => deaf.health()?.pending === 0);
        appendFileSync(join(folder, 'a.txt'), 'y');
      } finally {
        await deaf.close();
      }
    }));
});
