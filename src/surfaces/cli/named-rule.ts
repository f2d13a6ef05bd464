import { isAbsolute, resolve } from 'node:path';
import { fromFs } from '../../base/path-text.ts';
import type { RehearseOptions } from '../daemon.ts';

/** A name has no slash and no ending: everything else is a path. */
export function namedRule(rule: string, cwd: string): RehearseOptions['rule'] {
  const isPath = rule.includes('/') || /\.md$/i.test(rule) || isAbsolute(rule);
  return isPath ? { file: fromFs(resolve(cwd, rule)) } : { name: rule };
}
