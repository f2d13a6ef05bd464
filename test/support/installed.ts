import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { pack } from '../../scripts/pack.ts';

const run = promisify(execFile);

/** The package as people get it: packed, and installed for everybody beneath a folder. */
export async function installPackage(folder: string): Promise<{ tarball: string; command: string }> {
  const tarball = await pack(join(folder, 'packed'));
  const prefix = join(folder, 'prefix');
  const quiet = ['--no-audit', '--no-fund', '--loglevel=error'];
  await run('npm', [
    'install',
    '--global',
    '--prefix',
    prefix,
    '--prefer-offline',
    '--omit=dev',
    ...quiet,
    tarball,
  ]);
  return { tarball, command: join(prefix, 'bin', 'consciousness') };
}
