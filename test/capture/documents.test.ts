import assert from 'node:assert/strict';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { strToU8, zipSync } from 'fflate';
import { createExtractor } from '../../src/capture/extract.ts';
import type { Extraction, Extractor } from '../../src/capture/extraction.ts';
import { diskOf } from '../support/disk.ts';
import { seededRandom } from '../support/seeded-random.ts';

const DOCUMENTS = new URL('../fixtures/documents/', import.meta.url).pathname;
const never = new AbortController().signal;

describe('documents that cannot be read', () => {
  let root: string;
  let extractor: Extractor;
  before(async () => {
    root = await mkdtemp(join(tmpdir(), 'documents-'));
    extractor = createExtractor(diskOf, { limits: { timeMs: 10_000 } });
  });
  after(async () => {
    await extractor.close();
    await rm(root, { recursive: true, force: true });
  });

  async function extract(name: string, bytes: Uint8Array): Promise<Extraction> {
    await writeFile(join(root, name), bytes);
    return extractor.extract({ path: join(root, name), root, hash: null }, never);
  }
  const container = Buffer.concat([Buffer.from('d0cf11e0a1b11ae1', 'hex'), Buffer.alloc(4096)]);
  const zip = (members: Record<string, string>) =>
    zipSync(Object.fromEntries(Object.entries(members).map(([name, text]) => [name, strToU8(text)])));

  const refused: [what: string, name: string, bytes: () => Uint8Array, reason: RegExp][] = [
    [
      'an encrypted Word document',
      'a.docx',
      () => container,
      /Word document .*encrypted, and needs a password/,
    ],
    ['an encrypted workbook', 'a.xlsx', () => container, /Excel workbook .*encrypted, and needs a password/],
    ['an old Word document', 'a.doc', () => container, /old Microsoft Office document \(save it as DOCX/],
    [
      'an encrypted OpenDocument',
      'a.odt',
      () => zip({ 'content.xml': 'x', 'META-INF/manifest.xml': '<m:encryption-data/>' }),
      /encrypted OpenDocument/,
    ],
    [
      'a protected book',
      'a.epub',
      () =>
        zip({
          'META-INF/container.xml': '<container/>',
          'META-INF/encryption.xml': '<e:CipherReference URI="OEBPS/one.xhtml"/>',
        }),
      /protected against copying/,
    ],
    ['a Word document that is none', 'b.docx', () => strToU8('just text'), /Word document .*damaged/],
    ['a Word document without its text', 'c.docx', () => zip({ 'word/styles.xml': '<s/>' }), /no text part/],
    [
      'a workbook without a value',
      'c.xlsx',
      () => zip({ 'xl/workbook.xml': '<workbook/>' }),
      /without any value/,
    ],
    [
      'a presentation without a list',
      'c.pptx',
      () => zip({ 'ppt/slides/slide1.xml': '<p/>' }),
      /no list of slides/,
    ],
    [
      'a book without chapters',
      'c.epub',
      () => zip({ 'META-INF/container.xml': '<c/>' }),
      /no list of chapters/,
    ],
    ['rich text without text', 'c.rtf', () => strToU8('{\\rtf1 {\\fonttbl Times;}}'), /without any text/],
    ['an archive', 'c.zip', () => zip({ 'readme.txt': 'text' }), /is a ZIP archive; this version reads/],
    ['an archive of text', 'c.tar.gz', () => Buffer.from('1f8b0800', 'hex'), /is a gzip archive/],
    [
      'a photograph by a phone',
      'c.heic',
      () => Buffer.from('\0\0\0\x18ftypheic\0\0\0\0', 'latin1'),
      /HEIF or AVIF image: save it as JPEG or PNG/,
    ],
  ];
  for (const [what, name, bytes, reason] of refused) {
    it(`says why not: ${what}`, async () => {
      const came = await extract(name, bytes());
      assert.ok(came.kind === 'unreadable', JSON.stringify(came));
      assert.match(came.reason, reason);
    });
  }

  it('opens no bomb: a member that unpacks to more than the limit', async () => {
    const bomb = zipSync({ 'word/document.xml': new Uint8Array(200 * 1024 * 1024) }, { level: 9 });
    assert.ok(bomb.length < 1_000_000);
    const came = await extract('bomb.docx', bomb);
    assert.ok(came.kind === 'unreadable');
    assert.match(came.reason, /unpacks to more than \d+ MiB/);
  });

  it('inflates nothing but the members that hold text', async () => {
    const document = zipSync({
      'word/media/image1.png': new Uint8Array(200 * 1024 * 1024),
      'word/document.xml': strToU8('<w:document><w:p><w:r><w:t>beside a bomb</w:t></w:r></w:p></w:document>'),
    });
    const came = await extract('beside.docx', document);
    assert.deepEqual(came.kind === 'text' && came.text, 'beside a bomb\n');
  });

  it('resolves no entity of a document: neither files nor laughs', async () => {
    const xml =
      '<?xml version="1.0"?><!DOCTYPE w [<!ENTITY a "lol"><!ENTITY f SYSTEM "file:///etc/passwd">]>' +
      '<w:document><w:p><w:t>&a;&f;end</w:t></w:p></w:document>';
    const came = await extract('entities.docx', zip({ 'word/document.xml': xml }));
    assert.ok(came.kind === 'text');
    assert.doesNotMatch(came.text, /root:|lol/);
  });

  it('ends in text or a reason, whatever is cut off or broken', async () => {
    const random = seededRandom(20_261_126);
    for (const name of await readdir(DOCUMENTS)) {
      // Recognising takes a second each, and is another program's.
      if (/^(page|scan)\./.test(name)) continue;
      const whole = await readFile(join(DOCUMENTS, name));
      for (let round = 0; round < 6; round += 1) {
        const bytes = Buffer.from(round < 2 ? whole.subarray(0, random.below(whole.length)) : whole);
        for (let broken = 0; broken < 40 && round >= 2; broken += 1)
          bytes[random.below(bytes.length)] = random.below(256);
        const came = await extract(`broken-${name}`, bytes);
        assert.ok(came.kind !== 'changed' && (came.kind === 'text' || came.reason !== ''), name);
        if (came.kind === 'unreadable')
          assert.doesNotMatch(came.reason, /longer than|needs more than|crashed|stopped/, name);
      }
    }
  });
});
