import {
  mkdirSync,
  mkdtempSync,
  renameSync,
  rmSync,
  statSync,
  unlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { differences, treeOf } from './disk-tree.ts';
import { startSubject, within } from './storm-subject.ts';
import type { StormOptions, StormRow } from './storms.ts';

const PROGRAM = fileURLToPath(new URL('scenario-perceive.ts', import.meta.url));
const PER_FOLDER = 100;

/** Changes made while nobody watches: 6,000 of 100,000 files at full size, 200 of them with size and time as before. */
export async function runCatchUp({ scale }: Pick<StormOptions, 'scale'>): Promise<StormRow> {
  const top = mkdtempSync(join(tmpdir(), 'catch-up-'));
  const root = join(top, 'root');
  const program = [PROGRAM, join(top, 'state', 'consciousness.db')];
  const times = (full: number) => Math.max(1, Math.round(full * scale));
  try {
    const files = times(100_000);
    const path = (at: number) => join(root, `folder-${Math.floor(at / PER_FOLDER)}`, `f${at}.txt`);
    for (let at = 0; at < files; at += 1) {
      if (at % PER_FOLDER === 0) mkdirSync(join(path(at), '..'), { recursive: true });
      writeFileSync(path(at), `content of ${at}`);
    }
    const first = await startSubject(program, root);
    await within(60_000, async () => (await first.view()).known.length === files);
    await first.close();

    const before = treeOf(root).files;
    // Spread over the tree, each file once.
    let next = 0;
    const spread = () => path((next++ * 7919) % files);
    for (let at = 0; at < times(200); at += 1) {
      const secret = spread();
      const { atime, mtime, size } = statSync(secret);
      writeFileSync(secret, 'x'.repeat(size));
      utimesSync(secret, atime, mtime);
    }
    for (let at = 0; at < times(2800); at += 1) writeFileSync(spread(), `changed ${at}`);
    for (let at = 0; at < times(1000); at += 1) unlinkSync(spread());
    for (let at = 0; at < times(1000); at += 1) {
      const moving = spread();
      renameSync(moving, `${moving}.moved`);
    }
    for (let at = 0; at < times(1000); at += 1) writeFileSync(join(root, `new-${at}.txt`), `new ${at}`);
    const after = treeOf(root).files;
    const changed = differences(before, after);

    const began = performance.now();
    const again = await startSubject(program, root);
    try {
      const lost = async () => {
        const known = new Map((await again.view()).known);
        // What did not change need not be read; whatever did must be known by its content, a move by its name.
        return changed.filter((each) => {
          const hash = after.get(each);
          if (hash === undefined || !known.has(each)) return known.has(each) !== after.has(each);
          return known.get(each) !== hash && !each.endsWith('.moved');
        }).length;
      };
      await within(60_000, async () => (await lost()) === 0);
      const slowest = Math.round(performance.now() - began);
      const { events, doubled } = await again.view();
      const note = `${files} files, ${changed.length} paths changed while it was down, ${events} events`;
      return { name: 'catch-up after downtime', runs: 1, lost: await lost(), doubled, slowest, note };
    } finally {
      await again.close();
    }
  } finally {
    rmSync(top, { recursive: true, force: true, maxRetries: 5 });
  }
}
