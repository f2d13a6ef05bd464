import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readdir, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { promisify } from 'node:util';
import { openRotatingFile } from '../../src/base/rotate.ts';

const run = promisify(execFile);
const lostLine = (count: number, code: string) => `lost ${count} ${code}\n`;

let folder: string;
before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'rotate-'));
});
after(() => rm(folder, { recursive: true, force: true }));

describe('a rotating file', () => {
  it('goes on where the file before it ended, and counts what is in it', async () => {
    const path = join(folder, 'resumed');
    await writeFile(path, 'x'.repeat(95).concat('\n'));
    const file = openRotatingFile({ path, maxBytes: 100, keep: 1, lostLine });
    file.write('fresh\n');
    assert.equal(await readFile(path, 'utf8'), 'fresh\n');
  });

  it('keeps no older file where none is wanted', async () => {
    const path = join(folder, 'alone', 'log');
    const file = openRotatingFile({ path, maxBytes: 10, keep: 0, lostLine });
    for (const line of ['first\n', 'second\n', 'third\n']) file.write(line);
    assert.deepEqual(await readdir(join(path, '..')), ['log']);
    assert.equal(await readFile(path, 'utf8'), 'third\n');
  });

  it('writes on in the same file where the older one cannot be moved away, and tries again later', async () => {
    const path = join(folder, 'stuck', 'log');
    await mkdir(join(`${path}.1`, 'in the way'), { recursive: true });
    const file = openRotatingFile({ path, maxBytes: 10, keep: 1, lostLine });
    for (const line of ['first\n', 'second\n']) file.write(line);
    assert.equal(await readFile(path, 'utf8'), 'first\nsecond\n');
    await rm(`${path}.1`, { recursive: true });
    for (const line of ['third\n', 'fourth\n']) file.write(line);
    assert.equal(await readFile(path, 'utf8'), 'fourth\n');
  });

  it('writes names that are no valid UTF-8', async () => {
    const path = join(folder, 'bytes-\\xff', 'log');
    openRotatingFile({ path, maxBytes: 10, keep: 1, lostLine }).write('line\n');
    const [name] = (await readdir(folder, { encoding: 'buffer' })).filter((each) => each.includes(0xff));
    assert.ok(name);
  });

  it('follows a file that was truncated from outside', async () => {
    const path = join(folder, 'truncated');
    const file = openRotatingFile({ path, maxBytes: 1000, keep: 1, lostLine });
    file.write('first\n');
    await truncate(path, 0);
    file.write('second\n');
    assert.equal(await readFile(path, 'utf8'), 'second\n');
  });

  it('leaves no half line when the room ends within one', async () => {
    // a file size limit is the one "disk full" that any user can make
    const path = join(folder, 'torn');
    const script = `
      import { openRotatingFile } from ${JSON.stringify(new URL('../../src/base/rotate.ts', import.meta.url).href)};
      const file = openRotatingFile({ path: ${JSON.stringify(path)}, maxBytes: 1e9, keep: 1,
        lostLine: (count, code) => 'lost ' + count + ' ' + code + '\\n' });
      for (let at = 0; at < 4; at += 1) file.write('x'.repeat(399) + '\\n');
    `;
    const limited = 'ulimit -f 1; exec "$0" --input-type=module -e "$1"';
    // the limit would tear its coverage file too, and one torn file spoils the whole report
    await run('bash', ['-c', limited, process.execPath, script], {
      env: { ...process.env, NODE_V8_COVERAGE: '' },
    });
    const text = await readFile(path, 'utf8');
    assert.equal(
      text,
      'x'.repeat(399).concat('\n').repeat(2),
      'two lines fit into 1,024 bytes, the third would be torn',
    );
  });
});
