import type { Dirent, Stats } from 'node:fs';
import { lstat, readdir } from 'node:fs/promises';
import { fromFs, toFs } from '../base/path-text.ts';
import { ignoreMatcher } from '../senses/files/ignore.ts';
import type { Survey, SurveyOptions } from '../surfaces/daemon.ts';

/** Files that are told by name: the newest. */
const NEWEST = 200;

/** So many files are looked at for their age; of more it would take long. */
const MOST_LOOKED_AT = 20_000;

/** Counts what would be watched in a folder, as the files sense would see it, up to `most` files. */
export async function surveyFolder({ folder, most, onCount, signal }: SurveyOptions): Promise<Survey> {
  const matcher = ignoreMatcher([]);
  const waiting = [''];
  const seen: { path: string; mtime: number }[] = [];
  const survey: Survey = { files: 0, folders: 0, more: false, unreadable: 0, newest: [] };
  for (let below = waiting.pop(); below !== undefined && !survey.more; below = waiting.pop()) {
    signal.throwIfAborted();
    survey.folders += 1;
    onCount(survey.files);
    const entries = await list(`${folder}${below}`);
    if (entries === null) survey.unreadable += 1;
    for (const entry of entries ?? []) {
      const path = `${below}/${fromFs(entry.name)}`;
      const isFolder = entry.isDirectory();
      if ((!isFolder && !entry.isFile()) || matcher.ignoredBy(path.slice(1), isFolder)) continue;
      if (isFolder) waiting.push(path);
      else {
        survey.files += 1;
        if (survey.files <= MOST_LOOKED_AT) {
          const stats = await look(`${folder}${path}`);
          if (stats !== null && stats.size > 0) seen.push({ path: `${folder}${path}`, mtime: stats.mtimeMs });
        }
      }
    }
    survey.more = survey.files > most;
  }
  seen.sort((a, b) => b.mtime - a.mtime);
  return { ...survey, newest: seen.slice(0, NEWEST).map(({ path }) => path) };
}

async function list(folder: string): Promise<Dirent<Buffer>[] | null> {
  return readdir(toFs(folder), { withFileTypes: true, encoding: 'buffer' }).catch(() => null);
}

async function look(path: string): Promise<Stats | null> {
  return lstat(toFs(path)).catch(() => null);
}
