import { mkdirSync, readdirSync, renameSync, rmSync, unlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { storm as mixedStorm } from '../senses/files/storm.ts';
import type { Subject } from './storm-subject.ts';

/** Where a storm rages. */
export interface Weather {
  root: string;
  seed: number;
  /** A number of things at full size, as many as this run makes of them; at least `least`. */
  times(full: number, least?: number): number;
  subject: Subject;
}

export interface StormCase {
  name: string;
  /** The tree before; perceived whole before the storm. */
  before?(weather: Weather): void;
  storm(weather: Weather): void | Promise<void>;
  /** No two changes of a path come together: each is a state of its own, and one event. */
  separated?: boolean;
  /** Changes where they are more than the paths that differ in the end. */
  changes?(weather: Weather): number;
  /** The kernel allows so many watches. */
  watches?: number;
}

const folder = (root: string, at: number, per = 50) => join(root, `folder-${Math.floor(at / per)}`);

function flat(root: string, files: number): void {
  for (let at = 0; at < files; at += 1) {
    if (at % 50 === 0) mkdirSync(folder(root, at), { recursive: true });
    writeFileSync(join(folder(root, at), `f${at}.txt`), `${at}`);
  }
}

function eachFlat(root: string, files: number, change: (path: string, at: number) => void): void {
  for (let at = 0; at < files; at += 1) change(join(folder(root, at), `f${at}.txt`), at);
}

function deep(root: string, trees: number): void {
  for (let tree = 0; tree < trees; tree += 1) {
    let path = join(root, `tree-${tree}`);
    for (let level = 0; level < 8; level += 1) {
      path = join(path, `level-${level}`);
      mkdirSync(path, { recursive: true });
      writeFileSync(join(path, 'file.txt'), `${tree} ${level}`);
      mkdirSync(join(path, 'side'));
      writeFileSync(join(path, 'side', 'file.txt'), `${tree} ${level} side`);
    }
  }
}

const replace = (path: string, text: string) => {
  writeFileSync(`${path}.new`, text);
  renameSync(`${path}.new`, path);
};

/** Files written while the watcher can take nothing in: more events than the kernel keeps (two a file). */
const OVERFLOW = 12_000;

/** How editors save, each as one change of `path`. */
const EDITORS: Record<string, (path: string, text: string) => void> = {
  vim(path, text) {
    writeFileSync(swap(path), 'swap');
    writeFileSync(join(path, '..', '4913'), '');
    unlinkSync(join(path, '..', '4913'));
    renameSync(path, `${path}~`);
    writeFileSync(path, text);
    unlinkSync(`${path}~`);
    unlinkSync(swap(path));
  },
  emacs(path, text) {
    const name = path.slice(path.lastIndexOf('/') + 1);
    writeFileSync(join(path, '..', `#${name}#`), text);
    renameSync(path, `${path}~`);
    writeFileSync(path, text);
    unlinkSync(join(path, '..', `#${name}#`));
  },
  'VS Code'(path, text) {
    writeFileSync(path, '');
    writeFileSync(path, text);
  },
  JetBrains(path, text) {
    writeFileSync(`${path}___jb_tmp___`, text);
    renameSync(path, `${path}___jb_old___`);
    renameSync(`${path}___jb_tmp___`, path);
    unlinkSync(`${path}___jb_old___`);
  },
};

const swap = (path: string) => path.replace(/([^/]+)$/, '.$1.swp');
const ROUNDS = 4;

const editors: StormCase[] = Object.entries(EDITORS).map(([name, save]) => ({
  name: `saves of ${name}`,
  separated: true,
  before: ({ root, times }) => flat(root, times(500, 20)),
  async storm({ root, times }) {
    for (let round = 0; round < ROUNDS; round += 1) {
      eachFlat(root, times(500, 20), (path, at) => save(path, `round ${round} of ${at}`));
      // The next save of a file is a state of its own.
      await pause(300);
    }
  },
  changes: ({ times }) => ROUNDS * times(500, 20),
}));

/** The matrix. */
export const CASES: readonly StormCase[] = [
  { name: 'deep trees at once', separated: true, storm: ({ root, times }) => deep(root, times(200, 10)) },
  {
    name: 'mkdir -p bursts',
    separated: true,
    storm({ root, times }) {
      for (let at = 0; at < times(3000, 60); at += 1) {
        const path = join(root, `a${at % 7}`, `b${at % 31}`, `c${at % 101}`, `d${at}`);
        mkdirSync(path, { recursive: true });
        writeFileSync(join(path, 'leaf.txt'), `${at}`);
      }
    },
  },
  {
    name: 'flat',
    separated: true,
    storm({ root, times }) {
      for (let at = 0; at < times(20_000, 300); at += 1) writeFileSync(join(root, `f${at}.txt`), `${at}`);
    },
  },
  {
    name: 'modify',
    separated: true,
    before: ({ root, times }) => flat(root, times(10_000, 300)),
    storm: ({ root, times }) =>
      eachFlat(root, times(10_000, 300), (path, at) => writeFileSync(path, `changed ${at}`)),
  },
  {
    name: 'atomic save',
    separated: true,
    before: ({ root, times }) => flat(root, times(10_000, 300)),
    storm: ({ root, times }) =>
      eachFlat(root, times(10_000, 300), (path, at) => replace(path, `saved ${at}`)),
  },
  {
    name: 'rename',
    separated: true,
    before: ({ root, times }) => flat(root, times(10_000, 300)),
    storm: ({ root, times }) =>
      eachFlat(root, times(10_000, 300), (path, at) => renameSync(path, join(root, `renamed-${at}.txt`))),
  },
  {
    name: 'directory moves',
    separated: true,
    before({ root, times }) {
      deep(root, times(200, 10));
    },
    storm({ root, times }) {
      mkdirSync(join(root, 'moved'));
      for (let tree = 0; tree < times(200, 10); tree += 1) {
        renameSync(join(root, `tree-${tree}`), join(root, 'moved', `tree-${tree}`));
      }
    },
  },
  {
    name: 'delete-and-recreate swaps',
    before: ({ root, times }) => flat(root, times(5000, 300)),
    storm({ root }) {
      const folders = readdirSync(root);
      for (const [at, name] of folders.entries()) {
        const [path, other] = [join(root, name), join(root, folders[(at + 1) % folders.length] ?? name)];
        if (at % 2 === 0) {
          rmSync(path, { recursive: true });
          mkdirSync(path);
          for (let file = 0; file < 50; file += 1) writeFileSync(join(path, `n${file}.txt`), `${at} ${file}`);
        } else if (path !== other) {
          renameSync(path, `${path}.aside`);
          renameSync(other, path);
          renameSync(`${path}.aside`, other);
        }
      }
    },
  },
  {
    name: 'mixed operations',
    storm: ({ root, seed, times }) => mixedStorm(root, times(50_000, 1000), seed),
  },
  {
    name: 'stopped through an overflow',
    separated: true,
    // Only what is watched already can overflow.
    before({ root, times }) {
      for (let at = 0; at < times(2 * OVERFLOW, OVERFLOW); at += 50) mkdirSync(folder(root, at));
    },
    storm({ root, times, subject }) {
      subject.stop();
      try {
        flat(root, times(2 * OVERFLOW, OVERFLOW));
      } finally {
        subject.go();
      }
    },
  },
  {
    name: 'process stopped 6 s',
    before: ({ root, times }) => flat(root, times(3000, 300)),
    async storm({ root, times, subject, seed }) {
      subject.stop();
      try {
        eachFlat(root, times(3000, 300), (path, at) => at % 3 === 0 && replace(path, `saved ${at}`));
        mixedStorm(root, times(3000, 300), seed);
        await pause(6000);
      } finally {
        subject.go();
      }
    },
  },
  {
    name: 'loop blocked 6 s',
    async storm({ root, times, subject, seed }) {
      await subject.block(6000);
      mixedStorm(root, times(10_000, 500), seed);
      deep(join(root, 'while-blocked'), times(100, 5));
    },
  },
  {
    name: 'watch limit reached',
    watches: 60,
    storm({ root, times, seed }) {
      deep(root, times(100, 10));
      mixedStorm(join(root, 'tree-1'), times(2000, 200), seed);
    },
  },
  ...editors,
];
