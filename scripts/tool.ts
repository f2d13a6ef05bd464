import { spawn } from 'node:child_process';
import { delimiter, dirname, join } from 'node:path';

/** The top of the repository. */
export const root = dirname(import.meta.dirname);

export interface Outcome {
  code: number;
  /** Standard output and error as they came, in one text; empty with `show`. */
  output: string;
}

/** Runs a command at the top of the repository, our own tools and our own Node first on the path. */
export function run(command: string, args: string[], { show = false, env = {} } = {}): Promise<Outcome> {
  const path = [join(root, 'node_modules', '.bin'), process.env['PATH']].join(delimiter);
  const child = spawn(command, args, {
    cwd: root,
    env: { ...process.env, ...env, PATH: path },
    stdio: ['ignore', show ? 'inherit' : 'pipe', show ? 'inherit' : 'pipe'],
  });
  const chunks: Buffer[] = [];
  child.stdout?.on('data', (chunk: Buffer) => chunks.push(chunk));
  child.stderr?.on('data', (chunk: Buffer) => chunks.push(chunk));
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code) => resolve({ code: code ?? 1, output: Buffer.concat(chunks).toString() }));
  });
}

/** Runs a command that must succeed; throws its output where it did not. */
export async function must(
  command: string,
  args: string[],
  options: { env?: Record<string, string> } = {},
): Promise<string> {
  const { code, output } = await run(command, args, options);
  if (code !== 0) throw new Error(`${[command, ...args].join(' ')} (exit ${code})\n${output}`);
  return output;
}
