import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';

/** A real program of a given name, alone in front of the PATH, that writes down how it was called. */
export interface FakeProgram {
  folder: string;
  path: string;
  /** Arguments of the last call, as the program got them; null = it was not called. */
  argv(): string[] | null;
  variables(): Record<string, string>;
}

/** `then`: what the script does afterwards, in the language of sh. */
export function fakeProgram(t: TestContext, name: string, then = ''): FakeProgram {
  const folder = mkdtempSync(join(tmpdir(), 'program-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  const at = (file: string) => join(folder, file);
  const script = `#!/bin/sh
env -0 > ${at('env')}
printf 'called ' >> ${at('calls')}
for each; do printf '%s\\0' "$each"; done > ${at('argv')}
${then}
`;
  writeFileSync(at(name), script);
  chmodSync(at(name), 0o755);
  const parts = (file: string) => readFileSync(at(file), 'utf8').split('\0').slice(0, -1);
  return {
    folder,
    path: `${folder}:/usr/bin:/bin`,
    argv: () => (existsSync(at('argv')) ? parts('argv') : null),
    variables: () =>
      Object.fromEntries(
        parts('env').map((line) => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)]),
      ),
  };
}
