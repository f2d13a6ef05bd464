import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Bench } from './bench.ts';
import { createHome, type Home, startDaemon } from './home.ts';
import { memoryMb } from './process.ts';

export const LARGE = 100_000;
const PER_FOLDER = 100;

/** A home whose inbox holds so many files, each perceived, journaled and hashed once. */
export interface KnownTree {
  home: Home;
  modelUrl: string;
  /** Resident MB of the daemon that met all of them for the first time: in the end, and at most. */
  firstMb: { now: number; most: number };
  /** How long (s) that took, with the hashing. */
  firstSeconds: number;
}

/** Nobody answers here: these figures call no model. */
const NO_MODEL = 'http://127.0.0.1:9/v1';

export async function knownTree(bench: Bench, files: number): Promise<KnownTree> {
  const home = createHome(bench, NO_MODEL);
  bench.say(`making ${files} files`);
  for (let folder = 0; folder * PER_FOLDER < files; folder += 1) {
    const path = join(home.inbox, `area-${Math.floor(folder / 32)}`, `folder-${folder}`);
    mkdirSync(path, { recursive: true });
    for (let file = 0; file < Math.min(PER_FOLDER, files - folder * PER_FOLDER); file += 1) {
      writeFileSync(join(path, `document ${file}.md`), `Document ${file} in folder ${folder}.\n`);
    }
  }
  bench.say('meeting them for the first time');
  const began = performance.now();
  const daemon = await startDaemon(bench, home, { quiet: true });
  await bench.quiet(daemon.pid);
  const firstSeconds = (performance.now() - began) / 1000;
  const firstMb = memoryMb(daemon.pid);
  await daemon.stop();
  return { home, modelUrl: NO_MODEL, firstMb, firstSeconds };
}
