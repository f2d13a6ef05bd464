import assert from 'node:assert/strict';
import {
  appendFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';

/** Numbers that are the same in every run (mulberry32). */
function seeded(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) % below;
  };
}

/** Changes a tree at random: writes, atomic saves, moves of files and folders, swaps, deletions, deep trees. */
export function storm(root: string, steps: number, seed: number): void {
  const below = seeded(seed);
  const folder = () => {
    let at = root;
    for (let depth = below(4); depth > 0; depth -= 1) {
      const folders = readdirSync(at).filter((name) => statSync(join(at, name)).isDirectory());
      const next = folders[below(folders.length || 1)];
      if (next) at = join(at, next);
    }
    return at;
  };
  const some = () => join(folder(), `n${below(12)}`);
  const put = (path: string, text: string) => {
    if (!existsSync(path) || statSync(path).isFile()) writeFileSync(path, text);
  };
  for (let step = 0; step < steps; step += 1) {
    const [path, other] = [some(), some()];
    try {
      switch (below(8)) {
        case 0:
        case 1:
          put(path, `${step}`);
          break;
        case 2:
          writeFileSync(`${path}.new`, `${step}`);
          renameSync(`${path}.new`, path);
          break;
        case 3:
          mkdirSync(join(path, 'n1', 'n2'), { recursive: true });
          writeFileSync(join(path, 'n1', 'n2', 'n3'), `${step}`);
          break;
        case 4:
          renameSync(path, other);
          break;
        case 5:
          renameSync(path, `${path}.aside`);
          renameSync(other, path);
          renameSync(`${path}.aside`, other);
          break;
        case 6:
          if (below(3) === 0) rmSync(path, { recursive: true, force: true });
          break;
        default:
          if (existsSync(path) && statSync(path).isFile()) appendFileSync(path, 'more');
      }
    } catch (error) {
      // Not every step is possible: a folder moved into itself, a name that is gone.
      assert.ok(error instanceof Error && 'code' in error, String(error));
    }
  }
}
