import { access, constants, stat } from 'node:fs/promises';
import { systemCode } from '../../../base/errors.ts';
import { toFs } from '../../../base/path-text.ts';
import type { Rule } from '../../../contract/rule.ts';
import { type Finding, ok, warn } from './finding.ts';

/** Whether the logs that rules are on can be followed. */
export async function logFindings(rules: readonly Rule[]): Promise<Finding[]> {
  const paths = new Set(rules.flatMap(({ on }) => on.log?.path ?? []));
  return Promise.all([...paths].map(lookAtLog));
}

async function lookAtLog(path: string): Promise<Finding> {
  const there = toFs(path);
  try {
    const stats = await stat(there);
    if (!stats.isFile()) return warn('log', `${path} is not an ordinary file: it is not followed`, null);
    await access(there, constants.R_OK);
    return ok('log', `${path} can be followed`);
  } catch (error) {
    const code = systemCode(error);
    if (code === undefined) throw error;
    if (code === 'ENOENT' || code === 'ENOTDIR')
      return ok('log', `${path} is not there yet; it is read from its beginning once it comes`);
    const mend =
      code === 'EACCES' && process.platform === 'linux' ? `sudo setfacl -m u:$USER:r ${path}` : null;
    return warn('log', `${path} may not be read (${code})`, mend);
  }
}
