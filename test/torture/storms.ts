import { spawnSync } from 'node:child_process';
import { lstatSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { differences, digestOf, treeOf } from './disk-tree.ts';
import { CASES, type StormCase, type Weather } from './storm-cases.ts';
import { type Subject, startSubject, within } from './storm-subject.ts';

export interface StormOptions {
  seed: number;
  /** 1 = the full size. */
  scale: number;
  /** Epoch ms: once the matrix was gone through, nothing new begins after it. */
  deadline: number;
  /** Storms at a time; 1 where it is not said. */
  abreast?: number;
  /** Told before each case. */
  say?(line: string): void;
}

/** What became of one kind of storm, over all its runs. */
export interface StormRow {
  name: string;
  runs: number;
  /** Changes that the journal does not show in the end. */
  lost: number;
  /** Events that say what the one before said, and those beyond 1.1 a change. */
  doubled: number;
  /** Longest time (ms) from the end of a storm until journal and tree were the same. */
  slowest: number;
  note: string;
}

/** A watcher that is sent through the matrix, as a command of Node's. */
export interface Watcher {
  program: string[];
  /** Whether it knows content; otherwise it is only asked whether it heard of a path. */
  hashes: boolean;
}

/** The files sense with the real journal. */
export const OURS: Watcher = {
  program: [fileURLToPath(new URL('scenario-perceive.ts', import.meta.url))],
  hashes: true,
};

/** How long (ms) a journal may take to be as the tree is. */
const SETTLES_WITHIN = 30_000;
/** A watcher that knows no content has said all when it is silent for so long (ms). */
const SILENT = 1500;

/** Sends our files sense, with the real journal, through the matrix, again and again with the next seed until the deadline. */
export async function runStorms(options: StormOptions): Promise<StormRow[]> {
  const rows = new Map<string, StormRow>();
  for (let seed = options.seed, first = true; first || Date.now() < options.deadline; seed += 1) {
    const rest = [...CASES];
    const rageOn = async () => {
      for (let each = rest.shift(); each; each = rest.shift()) {
        if (!first && Date.now() >= options.deadline) return;
        options.say?.(`storm: ${each.name} (seed ${seed})`);
        const row = await runStorm(each, OURS, seed, options.scale);
        rows.set(each.name, added(rows.get(each.name), row));
      }
    };
    await Promise.all(Array.from({ length: options.abreast ?? 1 }, rageOn));
    first = false;
  }
  return CASES.flatMap(({ name }) => rows.get(name) ?? []);
}

function added(before: StormRow | undefined, now: StormRow): StormRow {
  if (!before) return now;
  return {
    name: now.name,
    runs: before.runs + now.runs,
    lost: before.lost + now.lost,
    doubled: before.doubled + now.doubled,
    slowest: Math.max(before.slowest, now.slowest),
    note: now.lost + now.doubled > 0 ? now.note : before.note,
  };
}

/** One storm over one watcher, in a temporary folder. */
export async function runStorm(
  each: StormCase,
  watcher: Watcher,
  seed: number,
  scale: number,
): Promise<StormRow> {
  const row = { name: each.name, runs: 0, lost: 0, doubled: 0, slowest: 0 };
  if (each.watches !== undefined && !canLimit(each.watches))
    return { ...row, note: 'skipped: this machine cannot limit watches for one process' };
  const top = mkdtempSync(join(tmpdir(), 'storm-'));
  const root = join(top, 'root');
  mkdirSync(root);
  let subject: Subject | null = null;
  try {
    subject = await startSubject(watcher.program, root, each.watches ?? null);
    return { ...row, runs: 1, ...(await rage(each, watcher, { root, seed, scale, subject })) };
  } finally {
    await subject?.close();
    rmSync(top, { recursive: true, force: true, maxRetries: 5 });
  }
}

async function rage(
  each: StormCase,
  watcher: Watcher,
  given: { root: string; seed: number; scale: number; subject: Subject },
): Promise<Pick<StormRow, 'lost' | 'doubled' | 'slowest' | 'note'>> {
  const { root, subject, scale } = given;
  const weather: Weather = {
    ...given,
    times: (full, least = 1) => Math.max(least, Math.round(full * scale)),
  };
  each.before?.(weather);
  const before = treeOf(root).files;
  await settled(subject, watcher, before);
  const { events: eventsBefore } = await subject.digest();

  await each.storm(weather);
  const ended = performance.now();
  const after = treeOf(root);
  await settled(subject, watcher, after.files);
  const slowest = performance.now() - ended - (watcher.hashes ? 0 : SILENT);
  const changed = differences(before, after.files);
  const lost = await missed(subject, watcher, root, changed, after.files);
  const { events, doubled } = await subject.view();

  // Every directory must still tell.
  const probes = after.directories.map((path) => (path === '' ? 'probe' : `${path}/probe`));
  for (const path of probes) writeFileSync(join(root, path), 'probe');
  const probed = treeOf(root).files;
  await settled(subject, watcher, probed);
  const blind = await missed(subject, watcher, root, probes, probed);

  const changes = each.changes?.(weather) ?? changed.length;
  const made = events - eventsBefore;
  const tooMany = each.separated && watcher.hashes ? Math.max(0, Math.ceil(made - 1.1 * changes)) : 0;
  return {
    lost: lost + blind,
    doubled: doubled + tooMany,
    slowest: Math.round(slowest),
    note: `${changes} changes, ${made} events, ${probes.length} folders probed${blind > 0 ? `, ${blind} blind` : ''}`,
  };
}

async function settled(
  subject: Subject,
  watcher: Watcher,
  files: ReadonlyMap<string, string>,
): Promise<void> {
  if (watcher.hashes) {
    const wanted = digestOf(files);
    await within(SETTLES_WITHIN, async () => (await subject.digest()).digest === wanted);
    return;
  }
  let last = -1;
  let since = performance.now();
  await within(SETTLES_WITHIN, async () => {
    const { events } = await subject.digest();
    if (events !== last) since = performance.now();
    last = events;
    return performance.now() - since > SILENT;
  });
}

/** How many of the changed paths the watcher has wrong. */
async function missed(
  subject: Subject,
  watcher: Watcher,
  root: string,
  changed: readonly string[],
  files: ReadonlyMap<string, string>,
): Promise<number> {
  const view = await subject.view();
  const known = new Map(view.known);
  if (watcher.hashes) {
    const wrong = [...files].filter(([path, hash]) => known.get(path) !== hash).length;
    return wrong + [...known.keys()].filter((path) => !files.has(path)).length;
  }
  const heard = new Map(view.heard);
  return changed.filter((path) => {
    if (files.has(path) !== known.has(path)) return true;
    // Heard of before it last changed: what it says of the content is old.
    return files.has(path) && (heard.get(path) ?? 0) < lstatSync(join(root, path)).mtimeMs - 50;
  }).length;
}

function canLimit(watches: number): boolean {
  const probe = `echo ${watches} > /proc/sys/user/max_inotify_watches`;
  return spawnSync('unshare', ['-Ur', 'sh', '-c', probe]).status === 0;
}
