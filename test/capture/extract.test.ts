import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rename, rm, symlink, truncate, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import xxhash from 'xxhash-wasm';
import { fromFs } from '../../src/base/path-text.ts';
import { createExtractor } from '../../src/capture/extract.ts';
import type { Extraction, Extractor } from '../../src/capture/extraction.ts';
import { diskOf } from '../support/disk.ts';

const FIXTURES = new URL('../fixtures/', import.meta.url).pathname;
const never = new AbortController().signal;

describe('extracting the text of files', () => {
  let root: string;
  let extractor: Extractor;

  before(async () => {
    root = await mkdtemp(join(tmpdir(), 'extract-'));
    extractor = createExtractor(diskOf);
  });
  after(async () => {
    await extractor.close();
    await rm(root, { recursive: true, force: true });
  });

  const extract = (name: string, hash: string | null = null) =>
    extractor.extract({ path: join(root, name), root, hash }, never);
  const fixture = (name: string) =>
    extractor.extract({ path: join(FIXTURES, name), root: FIXTURES, hash: null }, never);

  describe('in any encoding', () => {
    for (const name of [
      'utf-8',
      'utf-8-bom',
      'utf-16le-bom',
      'utf-16be-bom',
      'utf-16le',
      'utf-16be',
      'latin1',
    ]) {
      it(`reads the same letter in ${name}`, async () => {
        const expected = await readFile(join(FIXTURES, 'letter.utf-8.txt'), 'utf8');
        assert.deepEqual(await fixture(`letter.${name}.txt`), {
          kind: 'text',
          text: expected,
          format: 'text',
          characters: expected.length,
          truncated: false,
        });
      });
    }

    it('reads the euro sign, dashes and quotes of Windows-1252', async () => {
      assert.match(textOf(await fixture('price.windows-1252.txt')), /120 € – für „zwanzig Stühle“ …/);
    });

    it('reads Japanese in Shift-JIS', async () => {
      assert.match(textOf(await fixture('meeting.shift-jis.txt')), /^本日の会議は午後三時から始まります。\n/);
    });

    it('keeps a UTF-8 log with one broken byte as UTF-8', async () => {
      const line = Buffer.from('Prüfung für Köln und Düsseldorf übermittelt: größer, früher, später\n');
      await writeFile(join(root, 'broken.log'), Buffer.concat([line, Buffer.from([0xff, 0x0a]), line]));
      assert.match(textOf(await extract('broken.log')), /^Prüfung .*\n\ufffd\nPrüfung/);
    });
  });

  it('keeps Markdown as it is, but for control characters and line ends', async () => {
    await writeFile(join(root, 'note.md'), '# Title\r\n\r\n- [ ] one\ttab\u0007\u001b[31m\r\n');
    assert.deepEqual(await extract('note.md'), {
      kind: 'text',
      text: '# Title\n\n- [ ] one\ttab[31m\n',
      format: 'markdown',
      characters: 27,
      truncated: false,
    });
  });

  it('reads the main text of a saved page in the charset it declares, without scripts, styles and navigation', async () => {
    const text = textOf(await fixture('page.latin1.html'));
    assert.equal(
      text,
      '# Fähre & Förde\n\nDie Fähre über die Förde fährt stündlich.\n\nAb  An\n07:00  07:25\n',
    );
  });

  it('reads a PDF page by page, also one that only its owner may change', async () => {
    const expected =
      'at 04:12.\nThe café opens at seven.\n\n[page 2]\nNotes on the second page\nLow water follows six hours later.\n';
    for (const name of ['two-pages.pdf', 'owner-restricted.pdf']) {
      assert.equal(textOf(await fixture(name)).endsWith(expected), true, name);
    }
  });

  it('reads the shipped examples', async () => {
    const inbox = new URL('../../examples/recipes/inbox/sample/', import.meta.url).pathname;
    const read = (name: string) =>
      extractor.extract({ path: join(inbox, name), root: inbox, hash: null }, never);
    assert.match(textOf(await read('fennmoor-invoice.pdf')), /^Total due {2}€905\.40$/m);
    assert.match(textOf(await read('fernwaerme-brief.txt')), /von 312,00 € auf 286,50 €/);
    const page = textOf(await read('quiet-tide-gauges.html'));
    assert.match(page, /^# Why tide gauges went quiet\n/);
    assert.doesNotMatch(page, /newsletter|Cookies|analytics|Most read/);
  });

  describe('that cannot be read', () => {
    const refused: [name: string, reason: RegExp][] = [
      ['encrypted.pdf', /encrypted PDF: it needs a password/],
      ['scanned.pdf', /PDF of 2 pages without any text or page image/],
      ['damaged.pdf', /damaged PDF/],
    ];
    for (const [name, reason] of refused) {
      it(`says why ${name} cannot`, async () => assert.match(reasonOf(await fixture(name)), reason));
    }

    const binaries: [name: string, bytes: string | Buffer, reason: RegExp][] = [
      ['a.png', '\x89PNG\r\n\x1a\n\0\0', /^is a PNG image: .*tesseract/],
      ['a.jpg', '\xff\xd8\xff\xe0\0\0', /JPEG image/],
      ['a.docx', 'PK\x03\x04\x14\0\0\0[Content_Types].xml', /Word document \(DOCX\).* damaged/],
      ['a.zip', 'PK\x03\x04\x14\0\0\0readme', /ZIP archive/],
      ['a.odt', 'PK\x03\x04\x14\0\0\0mimetypeapplication/vnd.oasis.opendocument.text', /OpenDocument/],
      ['a.elf', '\x7fELF\x02\x01\x01\0', /ELF program/],
      ['a.db', 'SQLite format 3\0', /SQLite database/],
      ['a.webp', 'RIFF\0\0\0\0WEBPVP8 ', /WebP image/],
      ['a.mp4', '\0\0\0\x18ftypisom', /MP4 video/],
      ['a.txt', 'some\0thing\0else', /binary data of an unknown format/],
      ['b.txt', '\x01\x02\x03\x04\x05\x06', /binary data of an unknown format/],
      ['a.pdf', 'no header here', /named like a PDF but does not begin like one/],
      ['a.html', '<html><script>1</script></html>', /HTML without any text/],
      ['blank.txt', ' \n\t\n', /nothing but white space/],
      ['empty.txt', '', /^is empty$/],
    ];
    for (const [name, bytes, reason] of binaries) {
      it(`names what ${name} is: ${reason.source}`, async () => {
        await writeFile(join(root, name), bytes, 'latin1');
        assert.match(reasonOf(await extract(name)), reason);
      });
    }

    it('takes text that begins like a short magic number as text', async () => {
      await writeFile(join(root, 'cars.txt'), 'BMW and MZ built motorcycles.');
      assert.match(textOf(await extract('cars.txt')), /^BMW/);
    });

    it('refuses a sparse file of 2 GB at once, naming its size', async () => {
      for (const name of ['sparse.txt', 'sparse.pdf']) {
        await writeFile(join(root, name), '');
        await truncate(join(root, name), 2 ** 31);
        const before = process.memoryUsage();
        assert.match(reasonOf(await extract(name, '0'.repeat(16))), /2\.0 GiB/);
        assert.ok(process.memoryUsage().arrayBuffers - before.arrayBuffers < 32 * 2 ** 20);
      }
    });
  });

  describe('inside the watched root only', () => {
    it('does not follow a symbolic link', async () => {
      await writeFile(join(root, 'target.txt'), 'text');
      await symlink('target.txt', join(root, 'link.txt'));
      assert.match(reasonOf(await extract('link.txt')), /symbolic link/);
    });

    it('refuses a file whose real path is outside, naming it', async () => {
      const outside = await mkdtemp(join(tmpdir(), 'outside-'));
      await writeFile(join(outside, 'secret.txt'), 'secret');
      await symlink(outside, join(root, 'way-out'));
      assert.match(
        reasonOf(await extract('way-out/secret.txt')),
        /outside-\w+\/secret\.txt, outside the watched folder/,
      );
      const sibling = `${root}-sibling`;
      await mkdir(sibling);
      await writeFile(join(sibling, 'x.txt'), 'x');
      assert.match(
        reasonOf(await extractor.extract({ path: join(sibling, 'x.txt'), root, hash: null }, never)),
        /outside/,
      );
      await rm(outside, { recursive: true });
      await rm(sibling, { recursive: true });
    });

    it('reads through a root that is itself a link', async () => {
      await writeFile(join(root, 'plain.txt'), 'plain');
      const alias = `${root}-alias`;
      await symlink(root, alias);
      const extraction = await extractor.extract(
        { path: join(alias, 'plain.txt'), root: alias, hash: null },
        never,
      );
      assert.equal(textOf(extraction), 'plain');
      await rm(alias);
    });

    it('neither opens nor waits for pipes, sockets, devices and directories', async () => {
      execFileSync('mkfifo', [join(root, 'pipe.txt')]);
      await mkdir(join(root, 'folder.txt'));
      const server = createServer().unref().listen(join(root, 'socket.txt'));
      await new Promise((resolve) => server.once('listening', resolve));
      assert.match(reasonOf(await extract('pipe.txt')), /named pipe/);
      assert.match(reasonOf(await extract('folder.txt')), /directory/);
      assert.match(reasonOf(await extract('socket.txt')), /socket/);
      assert.match(
        reasonOf(await extractor.extract({ path: '/dev/null', root: '/dev', hash: null }, never)),
        /device/,
      );
      server.close();
    });

    it('reads a file whose name is not UTF-8', {
      skip: process.platform !== 'linux' && 'names are UTF-8 here',
    }, async () => {
      const name = Buffer.from([0x61, 0xff, 0x2e, 0x74, 0x78, 0x74]);
      await writeFile(Buffer.concat([Buffer.from(`${root}/`), name]), 'odd name');
      assert.equal(textOf(await extract(fromFs(name))), 'odd name');
    });
  });

  describe('of the version that the event saw', () => {
    const hashOf = async (bytes: Uint8Array) => (await xxhash()).h64Raw(bytes).toString(16).padStart(16, '0');

    it('reads content of that hash and tells when it is another', async () => {
      const bytes = Buffer.from('version one');
      await writeFile(join(root, 'versioned.txt'), bytes);
      const hash = await hashOf(bytes);
      assert.equal(textOf(await extract('versioned.txt', hash)), 'version one');
      await writeFile(join(root, 'versioned.txt'), 'version two');
      assert.deepEqual(await extract('versioned.txt', hash), { kind: 'changed' });
      await writeFile(join(root, 'versioned.txt'), '');
      assert.deepEqual(await extract('versioned.txt', hash), { kind: 'changed' });
    });

    it('hashes documents and big texts too, of which only the head is kept', async () => {
      const big = Buffer.from('A line of a long log.\n'.repeat(500_000));
      await writeFile(join(root, 'big.log'), big);
      const extraction = await extract('big.log', await hashOf(big));
      assert.equal(extraction.kind === 'text' && extraction.truncated, true);
      assert.equal(textOf(extraction).length, 1_000_000);
      assert.deepEqual(await extract('big.log', '0123456789abcdef'), { kind: 'changed' });
      const pdf = await readFile(join(FIXTURES, 'two-pages.pdf'));
      await writeFile(join(root, 'two.pdf'), pdf);
      assert.match(textOf(await extract('two.pdf', await hashOf(pdf))), /tide table/);
      assert.deepEqual(await extract('two.pdf', '0123456789abcdef'), { kind: 'changed' });
    });

    it('tells a file that is gone, or whose folder is', async () => {
      assert.deepEqual(await extract('nowhere.txt'), { kind: 'changed' });
      assert.deepEqual(await extract('no/where.txt'), { kind: 'changed' });
      await writeFile(join(root, 'moved.txt'), 'x');
      await rename(join(root, 'moved.txt'), join(root, 'moved-away.txt'));
      assert.deepEqual(await extract('moved.txt/below'), { kind: 'changed' });
    });
  });

  it('logs what came of a file without a word of it', async () => {
    const lines: unknown[] = [];
    const logged = createExtractor(diskOf, {
      log: { debug: (event, fields) => lines.push({ event, ...fields }) },
    });
    await writeFile(join(root, 'private.txt'), 'private words');
    for (const name of ['private.txt', 'folder.txt', 'nowhere.txt']) {
      await logged.extract({ path: join(root, name), root, hash: null }, never);
    }
    await logged.close();
    const event = 'text extracted';
    assert.deepEqual(lines, [
      {
        event,
        path: join(root, 'private.txt'),
        result: 'text',
        format: 'text',
        characters: 13,
        truncated: false,
      },
      { event, path: join(root, 'folder.txt'), result: 'unreadable', reason: 'is a directory' },
      { event, path: join(root, 'nowhere.txt'), result: 'changed' },
    ]);
  });

  it('cuts long texts at whole characters and says so', async () => {
    const short = createExtractor(diskOf, { limits: { outputCharacters: 10 } });
    await writeFile(join(root, 'long.txt'), `123456789${'😀'.repeat(5)}`);
    const extraction = await short.extract({ path: join(root, 'long.txt'), root, hash: null }, never);
    assert.deepEqual(extraction, {
      kind: 'text',
      text: '123456789',
      format: 'text',
      characters: 9,
      truncated: true,
    });
    await short.close();
  });
});

function textOf(extraction: Extraction): string {
  assert.equal(extraction.kind, 'text', JSON.stringify(extraction));
  return extraction.kind === 'text' ? extraction.text : '';
}

function reasonOf(extraction: Extraction): string {
  // A picture whose text is not read is one all the same, for models that see.
  if (extraction.kind === 'text' && extraction.text === '') return extraction.unread ?? '';
  assert.ok(extraction.kind === 'unreadable', JSON.stringify(extraction).slice(0, 300));
  return extraction.reason;
}
