import assert from 'node:assert/strict';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { fromFs, mayBeLossy, toFs } from '../../src/base/path-text.ts';

const bytesOf = (path: string | Buffer) => (typeof path === 'string' ? Buffer.from(path) : path);

describe('path text', () => {
  it('comes back as the bytes it was made of, whatever they were', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 40 }), (bytes) => {
        assert.deepEqual(bytesOf(toFs(fromFs(Buffer.from(bytes)))), Buffer.from(bytes));
      }),
    );
  });

  it('comes back as the name it was made of, also with backslashes and controls in it', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: 'grapheme' }),
        fc.constantFrom('', '\\', '\n', '\ufffd', '\u202e'),
        (name, odd) => {
          const whole = `${name}${odd}${name}`;
          assert.deepEqual(bytesOf(toFs(fromFs(whole))), Buffer.from(whole));
        },
      ),
    );
  });

  it('is the same for a name read as text and as bytes', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (name) => {
        assert.equal(fromFs(name), fromFs(Buffer.from(name)));
      }),
    );
  });

  it('holds nothing that a terminal would act upon', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 40 }), (bytes) => {
        assert.doesNotMatch(
          fromFs(Buffer.from(bytes)),
          /[\p{Cc}\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]/u,
        );
      }),
    );
  });

  it('leaves ordinary names as they are, and shows the odd bytes of others', () => {
    assert.equal(fromFs('Übersicht 2026 – naïve.md'), 'Übersicht 2026 – naïve.md');
    assert.equal(fromFs(Buffer.from([0x61, 0xff, 0x62])), 'a\\xffb');
    assert.equal(fromFs('a\\b\n'), 'a\\\\b\\x0a');
    assert.equal(fromFs(Buffer.from([0xc3, 0x28, 0x5c])), '\\xc3(\\\\');
  });

  it('opens again a file whose name is no valid UTF-8', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'path-text-'));
    const path = join(folder, 'a\\xffb');
    await writeFile(toFs(path), 'content');
    const [lossy = ''] = await readdir(folder);
    const [name = Buffer.alloc(0)] = await readdir(folder, { encoding: 'buffer' });
    assert.equal(mayBeLossy(lossy), true);
    assert.equal(fromFs(name), 'a\\xffb');
    assert.equal(await readFile(toFs(join(folder, fromFs(name))), 'utf8'), 'content');
    await rm(folder, { recursive: true });
  });
});
