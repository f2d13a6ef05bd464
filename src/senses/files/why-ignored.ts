import { lstat, realpath } from 'node:fs/promises';
import { systemCode } from '../../base/errors.ts';
import { toFs } from '../../base/path-text.ts';
import type { Explanation } from '../../contract/api.ts';
import type { RootConfig } from '../../contract/config.ts';
import { ignoreMatcher } from './ignore.ts';
import { isWithinState } from './presence.ts';
import { createStateFiles, type StateFiles } from './state-files.ts';

const BY = {
  denied: 'a built-in pattern that keeps secrets from being read',
  'built in': 'a built-in pattern for what tools leave behind',
  configured: 'a pattern of the configuration',
} as const;

/**
 * Why a file is not perceived, or null where nothing stands in the way. Goes down from the root step by step,
 * as a scan does, so that what it names is what stopped the scan. All paths are absolute path texts.
 */
export async function whyIgnored(
  path: string,
  settings: { roots: RootConfig[]; ignorePatterns: string[]; stateDirectory: string; databases: string[] },
): Promise<Explanation['ignored']> {
  const root = settings.roots.find((each) => path.startsWith(prefixOf(each.path)));
  if (!root)
    return { by: 'it is in no watched folder', pattern: settings.roots.map((each) => each.path).join(', ') };
  const matcher = ignoreMatcher([...settings.ignorePatterns, ...root.ignorePatterns]);
  const database = settings.databases.find((each) => path.startsWith(each));
  if (database !== undefined) return { by: "it is the daemon's own state", pattern: database };
  const stateFiles = createStateFiles(settings.stateDirectory);
  if (await isOwn(root.path, stateFiles))
    return { by: "it is the daemon's own state", pattern: settings.stateDirectory };
  const steps = path.slice(prefixOf(root.path).length).split('/');

  for (let count = 1; count <= steps.length; count += 1) {
    const relative = steps.slice(0, count).join('/');
    const absolute = prefixOf(root.path) + relative;
    const isLast = count === steps.length;
    const stats = await lookAt(absolute);
    const match = matcher.ignoredBy(relative, stats?.isDirectory() ?? !isLast);
    if (match) return { by: BY[match.by], pattern: match.pattern };
    if (stats === null) continue;
    if (stats.isSymbolicLink())
      return { by: 'it is behind a symbolic link, and links are not followed', pattern: absolute };
    if (stats.isDirectory() && stateFiles.isStateDirectory(stats)) {
      return { by: "it is the daemon's own state", pattern: settings.stateDirectory };
    }
    if (isLast && !stats.isFile()) return { by: 'it is not an ordinary file', pattern: absolute };
  }
  return null;
}

/** Whether a root lies in the state directory, by whatever way. */
async function isOwn(root: string, stateFiles: StateFiles): Promise<boolean> {
  try {
    return isWithinState(await realpath(toFs(root), 'buffer'), stateFiles);
  } catch (error) {
    if (systemCode(error) === undefined) throw error;
    return false;
  }
}

function prefixOf(root: string): string {
  return root.endsWith('/') ? root : `${root}/`;
}

async function lookAt(path: string) {
  try {
    return await lstat(toFs(path));
  } catch (error) {
    // Absent or out of reach: the patterns still have their say.
    if (systemCode(error) === undefined) throw error;
    return null;
  }
}
