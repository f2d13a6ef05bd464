import { readFile, writeFile } from 'node:fs/promises';
import { configReference } from './config-reference.ts';

/** Writes docs/configuration.md; with `--check` only says whether it is what the schema says (exit 1 if not). */
const file = new URL('../docs/configuration.md', import.meta.url);
const wanted = configReference();

if (process.argv.includes('--check')) {
  const there = await readFile(file, 'utf8').catch(() => '');
  if (there !== wanted) {
    process.stderr.write(
      'docs/configuration.md is not what the schema says: run `node scripts/config-docs.ts`\n',
    );
    process.exitCode = 1;
  }
} else {
  await writeFile(file, wanted);
}
