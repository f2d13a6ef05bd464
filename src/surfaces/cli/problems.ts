import { lstat } from 'node:fs/promises';
import { homedir } from 'node:os';
import { toFs } from '../../base/path-text.ts';
import type { ConfigLoad } from '../../config/load.ts';
import { type ConfigProblem, formatProblem } from '../../contract/problem.ts';
import type { Context } from './command.ts';
import { count } from './phrases.ts';
import type { Terminal } from './terminal.ts';

/** The configuration of this home, with its problems; no daemon is asked. */
export async function readConfig(context: Context): Promise<ConfigLoad> {
  const [{ loadConfig }, folders] = await Promise.all([import('../../config/load.ts'), context.folders()]);
  return await loadConfig({ folders, env: context.env, homedir: homedir() });
}

/** Every problem, each with its place, and a count. */
export function printProblems(terminal: Terminal, problems: readonly ConfigProblem[]): void {
  for (const problem of problems) {
    const [first = '', ...rest] = formatProblem(problem).split('\n');
    terminal.line([problem.severity === 'error' ? 'red' : 'yellow', first]);
    for (const line of rest) terminal.line(line);
  }
  const errors = problems.filter(isError).length;
  const parts = [
    errors > 0 ? count(errors, 'error') : '',
    problems.length > errors ? count(problems.length - errors, 'warning') : '',
  ].filter(Boolean);
  if (parts.length > 0) terminal.line(['bold', parts.join(', ')]);
}

/** The configuration file by its path, or that there is none. */
export async function configPlace(file: string): Promise<string> {
  const found = await lstat(toFs(file)).catch(() => null);
  return found === null ? `none yet at ${file}: defaults are in force` : file;
}

/** Whether it stands in the way of a start. */
export function isError(problem: ConfigProblem): boolean {
  return problem.severity === 'error';
}
