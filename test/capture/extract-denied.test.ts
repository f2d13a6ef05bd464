import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { promisify } from 'node:util';

const EXTRACT = new URL('../../src/capture/extract.ts', import.meta.url).href;
const DISK = new URL('../../src/base/disk.ts', import.meta.url).href;
const NOBODY = 65_534;
const root = process.getuid?.() === 0;

/** Each case runs in a process of its own, whose rights and limits are taken away. */
describe('files that the system does not let the daemon read', () => {
  let folder: string;
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'denied-'));
    await chmod(folder, 0o755);
  });
  after(() => rm(folder, { recursive: true, force: true }));

  it('are unreadable with their mode and what to do', async () => {
    await writeFile(join(folder, 'closed.txt'), 'secret');
    await chmod(join(folder, 'closed.txt'), 0o000);
    const code = `${root ? `process.setgid(${NOBODY}); process.setuid(${NOBODY});` : ''} ${extractAndPrint('closed.txt')}`;
    const extraction = await inProcess(code, 'node', []);
    assert.equal(extraction.kind, 'unreadable');
    assert.match(extraction.reason, /^may not be read: its mode is 0000, owner \d+; .*chmod u\+r/);
  });

  it('reject as retryable where no descriptor is left, instead of blaming the file', async () => {
    await writeFile(join(folder, 'open.txt'), 'text');
    const code = `const fs = require('node:fs'); try { for (;;) fs.openSync('/dev/null'); } catch {} ${extractAndPrint('open.txt')}`;
    const extraction = await inProcess(code, 'sh', ['-c', 'ulimit -n 80; exec node "$@"', 'sh']);
    assert.deepEqual(extraction, { code: 'too-many-open-files', retryable: true });
  });

  /** Imports first, as loading modules needs rights and descriptors too. */
  function extractAndPrint(name: string): string {
    const request = JSON.stringify({ path: join(folder, name), root: folder, hash: null });
    return `extractor.extract(${request}, new AbortController().signal).then(
      (extraction) => console.log(JSON.stringify(extraction)),
      ({ code, retryable }) => console.log(JSON.stringify({ code, retryable })));`;
  }

  async function inProcess(code: string, command: string, before: string[]) {
    const whole = `import(${JSON.stringify(DISK)}).then(({ createDisks }) => import(${JSON.stringify(EXTRACT)}).then(({ createExtractor }) => { const extractor = createExtractor(createDisks(() => 0)); ${code} }));`;
    const file = command === 'node' ? process.execPath : command;
    const env = { ...process.env, PATH: `${join(process.execPath, '..')}:${process.env['PATH']}` };
    const { stdout } = await promisify(execFile)(file, [...before, '-e', whole], { env, cwd: folder });
    return JSON.parse(stdout);
  }
});
