import { cpSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { compile } from '../scripts/build.ts';
import { root } from '../scripts/tool.ts';
import { type Children, cpuSeconds, createChildren } from './process.ts';
import { createScratch } from './scratch.ts';
import { type KnownTree, knownTree, LARGE } from './tree.ts';

/** What every figure is given. */
export interface Bench {
  children: Children;
  /** How long to watch an idle daemon, in minutes. */
  minutes: number;
  /** Path of the built package's executable. */
  bin(): string;
  /** For processes of the built package: its compiled code is kept beneath the run's own folder. */
  env: Readonly<Record<string, string>>;
  /** A temporary folder that goes away with the run. */
  folder(name: string): string;
  /** Says what is being done just now. */
  say(line: string): void;
  pause(milliseconds: number): Promise<void>;
  /** Waits until a process has used next to nothing (at most 20 ms) of the processor for a second. */
  quiet(pid: number): Promise<void>;
  /** A home with 100,000 known files, made at its first use. */
  largeTree(): Promise<KnownTree>;
}

/** Builds the package into a folder of its own, so that no other build can change it while it runs. */
export async function openBench(minutes: number): Promise<Bench & { close(): void }> {
  const scratch = createScratch();
  const children = createChildren();
  const built = scratch.folder('package');
  let large: Promise<KnownTree> | undefined;
  const say = (line: string) => process.stderr.write(`${line}\n`);
  const bench: Bench & { close(): void } = {
    children,
    minutes,
    bin: () => join(built, 'bin', 'consciousness.js'),
    env: { XDG_CACHE_HOME: scratch.folder('cache') },
    folder: scratch.folder,
    say,
    async pause(milliseconds) {
      await pause(milliseconds);
    },
    async quiet(pid) {
      for (let before = cpuSeconds(pid); ; ) {
        await pause(1000);
        const now = cpuSeconds(pid);
        if (now - before <= 0.02) return;
        before = now;
      }
    },
    largeTree() {
      large ??= knownTree(bench, LARGE);
      return large;
    },
    close() {
      children.kill();
      scratch.remove();
    },
  };
  try {
    say('building the package');
    await compile(join(built, 'dist'));
    for (const name of ['bin', 'migrations', 'package.json'])
      cpSync(join(root, name), join(built, name), { recursive: true });
    symlinkSync(join(root, 'node_modules'), join(built, 'node_modules'));
  } catch (error) {
    bench.close();
    throw error;
  }
  return bench;
}
