import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { deflateSync } from 'node:zlib';
import { createExtractor } from '../../src/capture/extract.ts';
import { createExtractThread } from '../../src/capture/extract-thread.ts';
import { EXTRACT_LIMITS, type ExtractLimits } from '../../src/capture/extraction.ts';
import { diskOf } from '../support/disk.ts';

const FIXTURES = new URL('../fixtures/', import.meta.url).pathname;
const never = new AbortController().signal;

describe('the limits of one extraction', () => {
  let root: string;
  before(async () => {
    root = await mkdtemp(join(tmpdir(), 'limits-'));
  });
  after(() => rm(root, { recursive: true, force: true }));

  it('ends a reading that takes too long, and the next file is read by a fresh worker', async () => {
    const extractor = createExtractor(diskOf, { limits: { timeMs: 1000 } });
    await writeFile(join(root, 'slow.html'), `<html>${'<div>'.repeat(100_000)}bottom`);
    const slow = await extractor.extract({ path: join(root, 'slow.html'), root, hash: null }, never);
    assert.deepEqual(slow, { kind: 'unreadable', reason: 'could not be read: it took longer than 1 s' });
    const next = await extractor.extract(
      { path: join(FIXTURES, 'page.latin1.html'), root: FIXTURES, hash: null },
      never,
    );
    assert.equal(next.kind, 'text');
    await extractor.close();
  });

  it('goes on after a worker that ran out of memory', async () => {
    const extractor = createExtractor(diskOf, { limits: { memoryMb: 48 } });
    await writeFile(
      join(root, 'heavy.html'),
      `<html><body>${'<b><i>x</i></b>'.repeat(500_000)}</body></html>`,
    );
    const heavy = await extractor.extract({ path: join(root, 'heavy.html'), root, hash: null }, never);
    assert.deepEqual(heavy, {
      kind: 'unreadable',
      reason: 'could not be read: it needs more than 48 MB of memory',
    });
    const light = await extractor.extract(
      { path: join(FIXTURES, 'page.latin1.html'), root: FIXTURES, hash: null },
      never,
    );
    assert.equal(light.kind, 'text');
    await extractor.close();
  });

  it('ends a PDF whose streams unpack to far more than they are', async () => {
    const extractor = createExtractor(diskOf, { limits: { memoryMb: 64 } });
    await writeFile(join(root, 'bomb.pdf'), bomb(400 * 1024 * 1024));
    const extraction = await extractor.extract({ path: join(root, 'bomb.pdf'), root, hash: null }, never);
    assert.deepEqual(extraction, {
      kind: 'unreadable',
      reason: 'could not be read: it needs more than 64 MB of memory',
    });
    await extractor.close();
  });

  it('refuses a document above the size limit without reading it', async () => {
    const extractor = createExtractor(diskOf, { limits: { inputBytes: 100 } });
    const extraction = await extractor.extract(
      { path: join(FIXTURES, 'two-pages.pdf'), root: FIXTURES, hash: null },
      never,
    );
    assert.equal(
      extraction.kind === 'unreadable' && /reads PDF up to 100 bytes/.test(extraction.reason),
      true,
    );
    await extractor.close();
  });

  it('survives HTML nested deeper than it reads, and reads a thousand levels', async () => {
    const extractor = createExtractor(diskOf);
    await writeFile(join(root, 'deep.html'), `<html>${'<div>'.repeat(20_000)}bottom`);
    const extraction = await extractor.extract({ path: join(root, 'deep.html'), root, hash: null }, never);
    assert.deepEqual(extraction, { kind: 'unreadable', reason: 'is HTML without any text' });
    await writeFile(join(root, 'nested.html'), `<html>${'<div>'.repeat(1000)}bottom`);
    const nested = await extractor.extract({ path: join(root, 'nested.html'), root, hash: null }, never);
    assert.equal(nested.kind === 'text' && nested.text, 'bottom\n');
    await extractor.close();
  });

  it('reads what overlaps one after the other and gives up an aborted one alone', async () => {
    const extractor = createExtractor(diskOf);
    const one = new AbortController();
    const path = join(FIXTURES, 'two-pages.pdf');
    const all = [never, one.signal, never, never].map((signal) =>
      extractor.extract({ path, root: FIXTURES, hash: null }, signal),
    );
    one.abort(new Error('not wanted any more'));
    const results = await Promise.allSettled(all);
    assert.deepEqual(
      results.map((result) => result.status),
      ['fulfilled', 'rejected', 'fulfilled', 'fulfilled'],
    );
    assert.equal(results[1]?.status === 'rejected' && results[1].reason.message, 'not wanted any more');
    await extractor.close();
  });

  it('ends at once with what is under way when it is closed, and refuses what comes later', async () => {
    const extractor = createExtractor(diskOf);
    await writeFile(join(root, 'long.html'), `<table>${'<tr><td>cell</td></tr>'.repeat(50_000)}</table>`);
    const request = { path: join(root, 'long.html'), root, hash: null };
    const running = extractor.extract(request, never);
    await extractor.close();
    await extractor.close();
    await assert.rejects(running, { code: 'extractor-closed' });
    await assert.rejects(extractor.extract(request, never), { code: 'extractor-closed' });
  });
});

describe('the extraction thread', () => {
  const job = (limits: ExtractLimits, html: string) => ({
    format: 'html',
    bytes: new Uint8Array(Buffer.from(html)),
    limits,
  });

  it('exists only from the first document until it was idle for a while', async () => {
    const limits = { ...EXTRACT_LIMITS, idleMs: 20 };
    const thread = createExtractThread(limits);
    assert.equal(thread.running(), false);
    assert.equal((await thread.run(job(limits, '<p>text'), never)).kind, 'text');
    assert.equal(thread.running(), true);
    while (thread.running()) await new Promise((resolve) => setImmediate(resolve));
    assert.equal((await thread.run(job(limits, '<p>text'), never)).kind, 'text');
    await thread.close();
    assert.equal(thread.running(), false);
  });

  it('stops working when the signal aborts', async () => {
    const thread = createExtractThread(EXTRACT_LIMITS);
    const controller = new AbortController();
    const running = thread.run(job(EXTRACT_LIMITS, '<p>x</p>'.repeat(200_000)), controller.signal);
    controller.abort(new Error('stop'));
    await assert.rejects(running, { message: 'stop' });
    assert.equal(thread.running(), false);
  });

  it('turns a document that its reader chokes on into a reason', async () => {
    const thread = createExtractThread(EXTRACT_LIMITS);
    const result = await thread.run({ ...job(EXTRACT_LIMITS, 'x'), format: 'nonsense' }, never);
    assert.deepEqual(result, { kind: 'unreadable', reason: 'is of a format without a reader: nonsense' });
    await thread.close();
  });
});

/** A PDF of one page whose content stream is `size` spaces, packed a thousandfold. */
function bomb(size: number): Buffer {
  const stream = deflateSync(Buffer.alloc(size, 0x20), { level: 1 });
  return Buffer.concat([
    Buffer.from(
      `%PDF-1.4\n1 0 obj\n<< /Type /Catalog /Pages 2 0 R >>\nendobj\n2 0 obj\n<< /Type /Pages /Kids [3 0 R] /Count 1 >>\nendobj\n` +
        `3 0 obj\n<< /Type /Page /Parent 2 0 R /MediaBox [0 0 9 9] /Contents 4 0 R >>\nendobj\n` +
        `4 0 obj\n<< /Length ${stream.length} /Filter /FlateDecode >>\nstream\n`,
    ),
    stream,
    Buffer.from('\nendstream\nendobj\ntrailer\n<< /Root 1 0 R /Size 5 >>\n%%EOF\n'),
  ]);
}
