import assert from 'node:assert/strict';
import { chmod, mkdtemp, readFile, rm, symlink, watch, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { after, before, beforeEach, describe, it } from 'node:test';
import { createExtractor } from '../../src/capture/extract.ts';
import type { Extraction, ExtractLimits } from '../../src/capture/extraction.ts';
import { ocrLanguages } from '../../src/capture/ocr-languages.ts';
import { diskOf } from '../support/disk.ts';
import { makePdf, type PdfPicture } from '../support/pdf.ts';

const DOCUMENTS = new URL('../fixtures/documents/', import.meta.url).pathname;
const LISTS = 'if [ "$1" = --list-langs ]; then printf "List of languages:\\ndeu\\neng\\nosd\\n"; exit; fi';
const never = new AbortController().signal;

describe('text in pictures', () => {
  let root: string;
  let bin: string;
  const path = process.env['PATH'] ?? '';
  before(async () => {
    root = await mkdtemp(join(tmpdir(), 'pictures-'));
  });
  beforeEach(async () => {
    bin = await mkdtemp(join(root, 'bin-'));
    process.env['PATH'] = [bin, path].join(delimiter);
  });
  after(async () => {
    process.env['PATH'] = path;
    await rm(root, { recursive: true, force: true });
  });

  /** A program that stands in for tesseract. */
  async function tesseract(body: string): Promise<void> {
    await writeFile(join(bin, 'tesseract'), `#!/bin/sh\n${LISTS}\n${body}\n`);
    await chmod(join(bin, 'tesseract'), 0o755);
  }

  /** A search path on which `env` is found, and tesseract not. */
  async function noTesseract(): Promise<void> {
    await symlink('/usr/bin/env', join(bin, 'env'));
    process.env['PATH'] = bin;
  }

  async function read(
    name: string,
    bytes: Uint8Array,
    limits: Partial<ExtractLimits> = {},
  ): Promise<Extraction> {
    await writeFile(join(root, name), bytes);
    const extractor = createExtractor(diskOf, { limits });
    try {
      return await extractor.extract({ path: join(root, name), root, hash: null }, never);
    } finally {
      await extractor.close();
    }
  }

  const page = () => readFile(join(DOCUMENTS, 'page.png'));
  const scan = () => readFile(join(DOCUMENTS, 'scan.pdf'));

  it('is recognised by tesseract, which gets the file as it is and the languages that are installed', async () => {
    await tesseract('echo "args: $*"; head -c 4 | tail -c 3; cat >/dev/null');
    const came = await read('page.png', await page());
    assert.deepEqual([came.kind === 'text' && came.format, textOf(came).split('\n')[1]], ['image', 'PNG']);
    assert.match(textOf(came), /^args: stdin stdout -l (deu\+eng|eng\+deu)$/m);
  });

  it('is recognised in a scanned PDF, page by page', async () => {
    await tesseract('head -c 4 | tail -c 3; cat >/dev/null; echo " of a page"');
    assert.equal(textOf(await read('scan.pdf', await scan())), 'PNG of a page\n');
    const pdf = makePdf([square(grey), square(grey)]);
    assert.equal(textOf(await read('two.pdf', pdf)), 'PNG of a page\n\n[page 2]\nPNG of a page\n');
  });

  it('is recognised on the pages of a PDF that have no other, in their order', async () => {
    await tesseract('cat >/dev/null; echo "from a picture"');
    const pdf = makePdf(['first of all', square(grey), 'last of all']);
    assert.equal(
      textOf(await read('mixed.pdf', pdf)),
      'first of all\n\n[page 2]\nfrom a picture\n\n[page 3]\nlast of all\n',
    );
  });

  it('is handed over in grey from pictures of every kind that scanners make', async () => {
    await tesseract('cat > "$0.png"; echo read');
    const header = async (picture: PdfPicture) => {
      assert.equal(textOf(await read('kind.pdf', makePdf([picture]))), 'read\n');
      const png = await readFile(join(bin, 'tesseract.png'));
      return { width: png.readUInt32BE(16), height: png.readUInt32BE(20), bits: png[24], colours: png[25] };
    };
    for (const [kind, bits] of [
      [grey, 8],
      [colour, 8],
      [bilevel, 1],
      [mask, 1],
    ] as const)
      assert.deepEqual(await header(square(kind)), { width: 240, height: 240, bits, colours: 0 });
  });

  it('is not looked for in logos, and the reason tells of pictures that cannot be decoded', async () => {
    await tesseract('echo text');
    const small = { ...square(grey), width: 120, height: 480 };
    assert.match(
      reasonOf(await read('logo.pdf', makePdf([small]))),
      /^is a PDF of 1 page without any text or page image/,
    );
    const jpx = { ...square(bilevel), entries: `${bilevel.entries} /Filter /JPXDecode` };
    assert.equal(
      reasonOf(await read('jpx.pdf', makePdf([jpx]))),
      'is a PDF of 1 page without any text but pictures that cannot be decoded here',
    );
  });

  it('is a visible reason where tesseract is not installed, with how to get it', async () => {
    await noTesseract();
    assert.equal(
      reasonOf(await read('page.png', await page())),
      'is a PNG image: its text can be recognised by tesseract, which is not installed (apt install tesseract-ocr, brew install tesseract)',
    );
    assert.match(
      reasonOf(await read('scan.pdf', await scan())),
      /^is a PDF of 1 page that holds only images \(a scan\?\): its text .* not installed/,
    );
  });

  it('is not needed by a model that sees: the pictures come with it', async () => {
    await noTesseract();
    const photo = await read('page.png', await page());
    assert.ok(photo.kind === 'text');
    assert.deepEqual(
      photo.pictures?.map(({ type, bytes }) => [type, bytes.length]),
      [['image/png', (await page()).length]],
    );
    const pages = await read('two.pdf', makePdf(['words', square(grey), square(grey)]));
    assert.ok(pages.kind === 'text');
    assert.deepEqual(
      pages.pictures?.map(({ type }) => type),
      ['image/png', 'image/png'],
    );
    const many = await read('many.pdf', makePdf(Array.from({ length: 11 }, () => square(grey))));
    assert.ok(many.kind === 'text' && many.truncated, 'servers take no more than eight');
    assert.equal(many.pictures?.length, 8);
    assert.equal((await read('a.html', Buffer.from('<p>words</p>'))).kind, 'text');
  });

  it('has a visible reason where no model reads pictures of its kind', async () => {
    await noTesseract();
    const tiff = await read('page.tif', Buffer.from('II*\0\b\0\0\0'));
    assert.ok(tiff.kind === 'unreadable', JSON.stringify(tiff));
    assert.match(tiff.reason, /^is a TIFF image: its text can be recognised by tesseract/);
  });

  it('is marked as not read beside pages that have text, where tesseract is not installed', async () => {
    await noTesseract();
    const came = await read('mixed.pdf', makePdf(['first of all', square(grey)]));
    assert.equal(textOf(came), 'first of all\n\n[page 2]\n(image, not read)\n');
  });

  it('is a visible reason where tesseract fails or finds nothing', async () => {
    await tesseract('echo "Error in pixReadStream" >&2; exit 1');
    assert.match(
      reasonOf(await read('page.png', await page())),
      /^is a PNG image: tesseract could not read it: Error in pixReadStream$/,
    );
    await tesseract('cat >/dev/null');
    assert.equal(
      reasonOf(await read('page.png', await page())),
      'is a PNG image, in which tesseract finds no text',
    );
  });

  it('ends with the time for it: with the pages so far, or the reason', async () => {
    await tesseract('exec sleep 600');
    assert.equal(
      reasonOf(await read('page.png', await page(), { recogniseMs: 500 })),
      'is a PNG image: tesseract could not read it in the time for one document',
    );
    await tesseract('[ -e "$0.once" ] && exec sleep 600; touch "$0.once"; cat >/dev/null; echo quick');
    const pdf = makePdf([square(grey), square(grey), square(grey)]);
    const came = await read('slow.pdf', pdf, { recogniseMs: 4000 });
    assert.equal(came.kind === 'text' && came.truncated, true);
    assert.match(textOf(came), /^quick\n\n\[page 2\]\n\(image, not read\)/);
  });

  it('ends with a program that prints without end', async () => {
    await tesseract('exec yes "words without end"');
    const came = await read('page.png', await page());
    assert.match(reasonOf(came), /^is a PNG image: tesseract could not read it: it ended with SIGKILL$/);
  });

  it('ends when nobody wants it any more, and no process stays behind', async () => {
    await tesseract('echo $$ > "$0.pid.part"; mv "$0.pid.part" "$0.pid"; exec sleep 600');
    const controller = new AbortController();
    const extractor = createExtractor(diskOf);
    const started = appears(bin, 'tesseract.pid');
    await writeFile(join(root, 'page.png'), await page());
    const request = { path: join(root, 'page.png'), root, hash: null };
    const reading = extractor.extract(request, controller.signal);
    await started;
    const pid = Number(await readFile(join(bin, 'tesseract.pid'), 'utf8'));
    process.kill(pid, 0);
    controller.abort(new Error('not wanted any more'));
    await assert.rejects(reading, { message: 'not wanted any more' });
    assert.throws(() => process.kill(pid, 0), { code: 'ESRCH' });
    await extractor.close();
  });

  it('keeps no other document waiting', async () => {
    await tesseract('echo > "$0.pid"; cat >/dev/null; exec sleep 600');
    const extractor = createExtractor(diskOf);
    const started = appears(bin, 'tesseract.pid');
    await writeFile(join(root, 'page.png'), await page());
    await writeFile(join(root, 'other.html'), '<p>not a picture');
    const slow = extractor.extract({ path: join(root, 'page.png'), root, hash: null }, never);
    const given = assert.rejects(slow, { code: 'extractor-closed' });
    await started;
    const other = await extractor.extract({ path: join(root, 'other.html'), root, hash: null }, never);
    assert.equal(textOf(other), 'not a picture\n');
    await extractor.close();
    await given;
  });

  it('is what the real tesseract reads, where it is installed', async (t) => {
    process.env['PATH'] = path;
    const came = await read('page.png', await page());
    if (came.kind === 'text' && came.unread?.includes('not installed')) return t.skip('no tesseract');
    assert.match(textOf(came), /order it from Fennmoor/);
    assert.match(textOf(await read('scan.pdf', await scan())), /order it from Fennmoor/);
  });
});

describe('the languages that are expected in pictures', () => {
  it('are those installed, the one of the machine first', () => {
    assert.deepEqual(ocrLanguages(['eng', 'fra', 'osd', 'deu'], 'de-DE'), ['deu', 'eng', 'fra']);
    assert.deepEqual(ocrLanguages(['eng', 'osd'], 'de'), ['eng']);
    assert.deepEqual(ocrLanguages([], 'de'), []);
  });

  it("are that of the machine and English where many are installed, or tesseract's own default", () => {
    const many = ['ara', 'deu', 'eng', 'fra', 'spa', 'ita'];
    assert.deepEqual(ocrLanguages(many, 'fr_CA'), ['fra', 'eng']);
    assert.deepEqual(ocrLanguages(many, 'xx'), ['eng']);
    assert.deepEqual(ocrLanguages(['ara', 'deu', 'fra', 'spa', 'ita'], 'xx'), []);
  });
});

interface Kind {
  bitsPerPixel: number;
  entries: string;
}
const grey: Kind = { bitsPerPixel: 8, entries: '/ColorSpace /DeviceGray /BitsPerComponent 8' };
const colour: Kind = { bitsPerPixel: 24, entries: '/ColorSpace /DeviceRGB /BitsPerComponent 8' };
const bilevel: Kind = { bitsPerPixel: 1, entries: '/ColorSpace /DeviceGray /BitsPerComponent 1' };
const mask: Kind = { bitsPerPixel: 1, entries: '/ImageMask true /BitsPerComponent 1' };

function square({ bitsPerPixel, entries }: Kind): PdfPicture {
  const samples = new Uint8Array((240 * 240 * bitsPerPixel) / 8).fill(0xaa);
  return { width: 240, height: 240, samples, entries };
}

/** Resolves when a file of that name is put into the folder. */
async function appears(folder: string, name: string): Promise<void> {
  for await (const { filename } of watch(folder)) if (filename === name) return;
}

function textOf(came: Extraction): string {
  assert.ok(came.kind === 'text', JSON.stringify(came));
  return came.text;
}

function reasonOf(came: Extraction): string {
  // A picture whose text is not read is one all the same, for models that see.
  if (came.kind === 'text' && came.text === '') return came.unread ?? '';
  assert.ok(came.kind === 'unreadable', JSON.stringify(came).slice(0, 300));
  return came.reason;
}
