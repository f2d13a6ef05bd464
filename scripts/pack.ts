import { mkdir, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { build } from './build.ts';
import { must } from './tool.ts';

/** Builds and packs the package as it would be published, and returns the path of the tarball in `folder`. */
export async function pack(folder: string): Promise<string> {
  await mkdir(folder, { recursive: true });
  await build();
  await must('npm', ['pack', '--ignore-scripts', '--pack-destination', folder]);
  const tarball = (await readdir(folder)).find((name) => name.endsWith('.tgz'));
  if (tarball === undefined) throw new Error('npm pack wrote no tarball');
  return join(folder, tarball);
}
