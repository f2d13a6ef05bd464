import { cpSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { buildWeb } from '../../scripts/build-web.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

/** The program with its page as it is built from web/ just now. */
export interface Built {
  /** What a daemon is started with. */
  bin: string;
  /** The folder of the page. */
  page: string;
}

let built: Promise<Built> | undefined;

/** Built once for all the tests of a file, apart from this checkout: other tests build there. */
export function builtPage(): Promise<Built> {
  built ??= build();
  return built;
}

async function build(): Promise<Built> {
  const folder = mkdtempSync(join(tmpdir(), 'built-'));
  process.once('exit', () => rmSync(folder, { recursive: true, force: true }));
  for (const name of ['bin', 'src', 'package.json'])
    cpSync(join(ROOT, name), join(folder, name), { recursive: true });
  for (const name of ['migrations', 'node_modules', 'examples'])
    symlinkSync(join(ROOT, name), join(folder, name));
  const page = join(folder, 'dist', 'web');
  await buildWeb(page);
  return { bin: join(folder, 'bin', 'consciousness.js'), page };
}
