import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { after } from 'node:test';
import { foldersFor, makeFolders } from '../../src/config/folders.ts';
import type { Folders } from '../../src/contract/config.ts';

/** A home of its own in a temporary folder, gone after the tests of the file. */
export async function temporaryHome(files: Record<string, string | Uint8Array> = {}): Promise<Folders> {
  const home = await mkdtemp(path.join(os.tmpdir(), 'config-'));
  after(() => rm(home, { recursive: true, force: true }));
  const folders = foldersFor({ home, env: {}, platform: 'linux', homedir: '/home/u' });
  await makeFolders(folders);
  for (const [name, content] of Object.entries(files)) {
    await writeFile(path.join(home, name), content, { mode: 0o600 });
  }
  return folders;
}
