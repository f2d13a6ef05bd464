import type { Missing } from './compare.ts';
import { fsPath, type Ground } from './ground.ts';
import { enter } from './list.ts';
import { meetFile } from './meet.ts';
import { dropMissing, scan } from './scan.ts';
import { ABSENT_FOR } from './settle.ts';
import type { Slice } from './slice.ts';
import { fileStat, lookAt } from './stat.ts';
import { type Directory, pathIn, resolve } from './tree.ts';
import { notRead } from './trouble.ts';

/**
 * Looks at every path whose hints are due. Order: files and directories that are there, then those that are
 * not, so that a move is seen as one.
 */
export async function serve(ground: Ground, slice: Slice): Promise<void> {
  const { pending, tree } = ground;
  const now = ground.clock.monotonic();
  const toList = new Set<Directory>(ground.doubted);
  ground.doubted.clear();
  const missing: Missing[] = [];

  for (const { path, burst, growing } of pending.take(now)) {
    if (ground.signal.aborted) return;
    if (path === '') {
      toList.add(tree.top);
      continue;
    }
    const { parent, name } = resolve(tree.top, path);
    const step = pathIn(parent, name);
    const look = lookAt(fsPath(ground.root, step));
    if (look.kind === 'blocked') {
      notRead(ground, step, look.code);
      continue;
    }
    if (look.kind === 'file') meetFile(ground, parent, name, fileStat(look.stats), { burst, growing });
    if (look.kind === 'directory') {
      const directory = enter(ground, parent, name, fileStat(look.stats), 'again');
      // A hint about a directory itself may mean that another one was put in its place and back.
      if (directory) ground.watching.unwatch(directory);
      if (directory) toList.add(directory);
    }
    const isMissing =
      (look.kind !== 'file' && parent.files.has(name)) ||
      (look.kind !== 'directory' && parent.directories.has(name));
    if (isMissing && !growing && now < burst.last + ABSENT_FOR) {
      pending.again(path, burst, burst.last + ABSENT_FOR);
    } else if (isMissing) missing.push({ parent, name });
    if (ground.lane.full) await ground.lane.room();
    if (slice.over()) await slice.rest();
  }
  await scan(ground, toList, 'new', slice);
  await dropMissing(ground, missing, slice);
  ground.lane.flush();
}
