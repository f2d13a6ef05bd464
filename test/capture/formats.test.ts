import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { strToU8, zipSync } from 'fflate';
import { createExtractor } from '../../src/capture/extract.ts';
import type { Extraction, Extractor } from '../../src/capture/extraction.ts';
import { diskOf } from '../support/disk.ts';

const never = new AbortController().signal;
const OFFICE = 'http://schemas.openxmlformats.org/officeDocument/2006/relationships';

let root: string;
let extractor: Extractor;
before(async () => {
  root = await mkdtemp(join(tmpdir(), 'formats-'));
  extractor = createExtractor(diskOf);
});
after(async () => {
  await extractor.close();
  await rm(root, { recursive: true, force: true });
});

async function extract(name: string, bytes: string | Uint8Array): Promise<Extraction> {
  await writeFile(join(root, name), bytes);
  return extractor.extract({ path: join(root, name), root, hash: null }, never);
}

async function textOf(name: string, bytes: string | Uint8Array): Promise<string> {
  const came = await extract(name, bytes);
  assert.ok(came.kind === 'text', JSON.stringify(came));
  return came.text;
}

async function reasonOf(name: string, bytes: string | Uint8Array): Promise<string> {
  const came = await extract(name, bytes);
  assert.ok(came.kind === 'unreadable', JSON.stringify(came).slice(0, 300));
  return came.reason;
}

type Parts = Record<string, string>;

function zip(parts: Parts, level: 0 | 9 = 9): Buffer {
  const members = Object.entries(parts).map(([name, text]) => [name, strToU8(text)] as const);
  return Buffer.from(zipSync(Object.fromEntries(members), { level }));
}

/** A part's relations, each of which is named like its type: `styles` is `word/styles.xml`, and its id is `styles`. */
function relations(...targets: string[]): string {
  const each = targets.map((target) => {
    const id = target.replace(/^.*\//, '').replace(/\d*\.xml$/, '');
    return `<Relationship Id="${target}" Type="${OFFICE}/${id}" Target="${target}"/>`;
  });
  return `<Relationships>${each.join('')}</Relationships>`;
}

describe('a Word document', () => {
  const word = (body: string, more: Parts = {}) =>
    zip({
      'word/document.xml': `<w:document><w:body>${body}</w:body></w:document>`,
      'word/_rels/document.xml.rels': relations(
        ...Object.keys(more).map((name) => name.replace('word/', '')),
      ),
      ...more,
    });
  const p = (text: string, properties = '') =>
    `<w:p>${properties === '' ? '' : `<w:pPr>${properties}</w:pPr>`}<w:r><w:t>${text}</w:t></w:r></w:p>`;

  it('has the headings of its own styles, also of those made from others, and outline levels', async () => {
    const styles =
      '<w:style w:styleId="H1"><w:name w:val="heading 1"/></w:style>' +
      '<w:style w:styleId="Firm"><w:name w:val="Firm"/><w:basedOn w:val="H1"/></w:style>' +
      '<w:style w:styleId="Loop"><w:name w:val="Loop"/><w:basedOn w:val="Loop"/></w:style>' +
      '<w:style w:styleId="Part"><w:name w:val="Part"/><w:pPr><w:outlineLvl w:val="1"/></w:pPr></w:style>';
    const body =
      p('First', '<w:pStyle w:val="Firm"/>') +
      p('Second', '<w:pStyle w:val="Part"/>') +
      p('Third', '<w:outlineLvl w:val="2"/>') +
      p('plain', '<w:pStyle w:val="Loop"/>');
    const text = await textOf('headings.docx', word(body, { 'word/styles.xml': `<w:s>${styles}</w:s>` }));
    assert.equal(text, '# First\n\n## Second\n\n### Third\n\nplain\n');
  });

  it('is read with what was inserted, without what was deleted or moved away', async () => {
    const body =
      p('kept') +
      '<w:p><w:ins><w:r><w:t>inserted</w:t></w:r></w:ins><w:del><w:r><w:delText>deleted</w:delText></w:r></w:del></w:p>' +
      '<w:moveFrom><w:r><w:t>moved</w:t></w:r></w:moveFrom>' +
      '<w:p><w:moveTo><w:r><w:t>moved here</w:t></w:r></w:moveTo></w:p>';
    assert.equal(await textOf('changes.docx', word(body)), 'kept\ninserted\nmoved here\n');
  });

  it('has its text boxes once, and what stands on every page at its end', async () => {
    const box =
      '<w:p><w:r><mc:AlternateContent><mc:Choice><w:txbxContent><w:p><w:r><w:t>boxed</w:t></w:r></w:p></w:txbxContent></mc:Choice>' +
      '<mc:Fallback><w:p><w:r><w:t>boxed</w:t></w:r></w:p></mc:Fallback></mc:AlternateContent></w:r></w:p>';
    const text = await textOf(
      'edges.docx',
      word(`${p('body')}${box}`, {
        'word/header1.xml': `<w:hdr>${p('Harbour Office')}</w:hdr>`,
        'word/header2.xml': `<w:hdr>${p('Harbour Office')}</w:hdr>`,
        'word/footer1.xml': `<w:ftr>${p('Account 12')}${p('Tax 34')}</w:ftr>`,
        'word/footer2.xml': `<w:ftr>${p('7')}</w:ftr>`,
      }),
    );
    assert.equal(text, 'body\nboxed\n\nPage header: Harbour Office\n\nPage footer: Account 12 Tax 34\n');
  });

  it('is found where its first part has another name', async () => {
    const parts = zip({
      '_rels/.rels': `<R><Relationship Id="1" Type="${OFFICE}/officeDocument" Target="/word/document2.xml"/></R>`,
      'word/document2.xml': `<w:document>${p('elsewhere')}</w:document>`,
    });
    assert.equal(await textOf('elsewhere.docx', parts), 'elsewhere\n');
  });

  it('may be in UTF-16', async () => {
    const xml = Buffer.from(
      `\ufeff<?xml version="1.0" encoding="UTF-16"?><w:d>${p('Grüße')}</w:d>`,
      'utf16le',
    );
    assert.equal(await textOf('utf-16.docx', zipSync({ 'word/document.xml': xml })), 'Grüße\n');
  });
});

describe('an archive inside a document', () => {
  const parts = { 'word/document.xml': '<w:document><w:p><w:t>seven letters</w:t></w:p></w:document>' };

  it('is damaged where a single letter has changed', async () => {
    const bytes = zip(parts, 0);
    bytes[bytes.indexOf('seven')] = 0x53;
    assert.equal(
      await reasonOf('changed.docx', bytes),
      'could not be read as Word document (DOCX): it is damaged',
    );
  });

  it('is damaged where a member is longer than it says', async () => {
    const bytes = zip(parts);
    const entry = bytes.lastIndexOf('PK\x01\x02', undefined, 'latin1');
    bytes.writeUInt32LE(10, entry + 24);
    assert.match(await reasonOf('lying.docx', bytes), /: it is damaged$/);
  });

  it('is encrypted where a member says so', async () => {
    const bytes = zip(parts);
    const entry = bytes.lastIndexOf('PK\x01\x02', undefined, 'latin1');
    bytes.writeUInt16LE(bytes.readUInt16LE(entry + 8) | 1, entry + 8);
    assert.match(await reasonOf('locked.docx', bytes), /: it is encrypted, and needs a password$/);
  });

  it('has no more members than any document has', async () => {
    const many = Object.fromEntries(Array.from({ length: 20_001 }, (_each, at) => [`word/${at}`, '']));
    assert.match(
      await reasonOf('many.docx', zip({ ...parts, ...many }, 0)),
      /: it has more than 20000 parts$/,
    );
  });
});

describe('a workbook', () => {
  const book = (sheets: Record<string, string>, styles = '', strings = '', properties = '') => {
    const names = Object.keys(sheets);
    const list = names.map(
      (name, at) => `<sheet name="${name}" r:id="s${at}" ${name === 'Past' ? 'state="hidden"' : ''}/>`,
    );
    const targets = names.map(
      (_name, at) =>
        `<Relationship Id="s${at}" Type="${OFFICE}/worksheet" Target="worksheets/sheet${at + 1}.xml"/>`,
    );
    const parts = Object.values(sheets).map((rows, at): [string, string] => [
      `xl/worksheets/sheet${at + 1}.xml`,
      `<sheetData>${rows}</sheetData>`,
    ]);
    return zip({
      'xl/workbook.xml': `<workbook>${properties}<sheets>${list.join('')}</sheets></workbook>`,
      'xl/_rels/workbook.xml.rels': `<Rs>${targets.join('')}${relations('styles.xml', 'sharedStrings.xml')}</Rs>`,
      'xl/styles.xml': `<styleSheet>${styles}</styleSheet>`,
      'xl/sharedStrings.xml': `<sst>${strings}</sst>`,
      ...Object.fromEntries(parts),
    });
  };
  const row = (...cells: string[]) => `<row>${cells.join('')}</row>`;
  const cell = (value: string, style = 0) => `<c s="${style}"><v>${value}</v></c>`;

  it('has its numbers as they are meant: dates, times, durations, percentages, and no noise', async () => {
    const styles =
      '<numFmts><numFmt numFmtId="170" formatCode="[h]:mm"/><numFmt numFmtId="171" formatCode="&quot;day&quot; 0.0"/><numFmt numFmtId="172" formatCode="dd.mm.yy;@"/></numFmts>' +
      '<cellXfs><xf numFmtId="0"/><xf numFmtId="14"/><xf numFmtId="22"/><xf numFmtId="20"/><xf numFmtId="170"/><xf numFmtId="9"/><xf numFmtId="171"/><xf numFmtId="172"/></cellXfs>';
    const rows =
      row(cell('46093', 1), cell('46093.5', 2), cell('0.25', 3), cell('46093', 7)) +
      row(cell('1.0625', 4), cell('0.19', 5), cell('0.07', 5), cell('3.5', 6)) +
      row(
        cell('0.30000000000000004'),
        cell('1E-3'),
        cell('12345678901'),
        '<c t="b"><v>0</v></c>',
        '<c t="e"><v>#N/A</v></c>',
      );
    assert.equal(
      await textOf('numbers.xlsx', book({ Sheet1: rows }, styles)),
      '2026-03-12 | 2026-03-12 12:00 | 06:00 | 2026-03-12\n25:30 | 19% | 7% | 3.5\n0.3 | 0.001 | 12345678901 | FALSE | #N/A\n',
    );
  });

  it('has days that are counted from 1904 where it says so', async () => {
    const styles = '<cellXfs><xf numFmtId="14"/></cellXfs>';
    const old = book({ Sheet1: row(cell('44631')) }, styles, '', '<workbookPr date1904="1"/>');
    assert.equal(await textOf('old.xlsx', old), '2026-03-12\n');
  });

  it('has its sheets by name, hidden ones too, texts without reading aids, and formulas that have no value', async () => {
    const strings =
      '<si><t>東京</t><rPh><t>トウキョウ</t></rPh></si><si><r><t>in </t></r><r><t>parts</t></r></si>';
    const rows = row(
      '<c r="A1" t="s"><v>0</v></c>',
      '<c r="C1" t="s"><v>1</v></c>',
      '<c r="D1" t="inlineStr"><is><t>inline</t></is></c>',
      '<c r="E1"><f>SUM(A1:A2)</f></c>',
      '<c r="F1" t="str"><f>A1</f><v>result</v></c>',
    );
    assert.equal(
      await textOf('sheets.xlsx', book({ Now: rows, Past: row(cell('1')) }, '', strings)),
      '# Now\n\n東京 |  | in parts | inline | =SUM(A1:A2) | result\n\n# Past (hidden)\n\n1\n',
    );
  });

  it('is read as far as its text is kept, however much more there is', async () => {
    const rows = row(cell('1'), cell('2'), cell('3')).repeat(1_500_000);
    const small = createExtractor(diskOf, { limits: { memoryMb: 128, outputCharacters: 50_000 } });
    await writeFile(join(root, 'long.xlsx'), book({ Sheet1: rows }));
    const came = await small.extract({ path: join(root, 'long.xlsx'), root, hash: null }, never);
    await small.close();
    assert.deepEqual(came.kind === 'text' && [came.truncated, came.characters], [true, 50_000]);
  });
});

describe('a presentation', () => {
  it('has its slides in the order in which they are shown, hidden ones marked, and the bullets of its texts', async () => {
    const shape = (type: string, ...texts: string[]) =>
      `<p:sp><p:nvPr><p:ph ${type}/></p:nvPr><p:txBody>${texts.map((text) => `<a:p>${text}</a:p>`).join('')}</p:txBody></p:sp>`;
    const t = (text: string) => `<a:r><a:t>${text}</a:t></a:r>`;
    const none = '<a:pPr><a:buNone/></a:pPr>';
    const bytes = zip({
      'ppt/presentation.xml':
        '<p:presentation><p:sldId id="256" r:id="r2"/><p:sldId id="257" r:id="r1"/></p:presentation>',
      'ppt/_rels/presentation.xml.rels':
        '<R><Relationship Id="r1" Target="slides/slide1.xml"/><Relationship Id="r2" Target="slides/slide2.xml"/></R>',
      'ppt/slides/slide1.xml': `<p:sld show="0">${shape('type="title"', t('Spare'))}${shape('type="sldNum"', t('2'))}</p:sld>`,
      'ppt/slides/slide2.xml': `<p:sld>${shape('type="ctrTitle"', t('Welcome'))}${shape('type="subTitle"', t('all'))}${shape('idx="1"', t('one'), `<a:pPr lvl="1"/>${t('two')}`, none + t('three'))}</p:sld>`,
    });
    assert.equal(
      await textOf('order.pptx', bytes),
      '# Slide 1: Welcome\n\nall\n- one\n  - two\nthree\n\n# Slide 2 (hidden): Spare\n',
    );
  });
});

describe('rich text', () => {
  it('is read in the code page of each font, and in East Asian ones byte by byte', async () => {
    const fonts =
      '{\\fonttbl{\\f0\\fcharset0 Times;}{\\f1\\fcharset204 Times;}{\\f2\\fcharset128 Mincho;}{\\f3\\fcharset2 Symbol;}}';
    const body =
      "{\\f0 caf\\'e9 }{\\f1 \\'cf\\'f0\\'e8\\'e2\\'e5\\'f2 }{\\f2 \\'93\\'8c\\'8b\\'9e \\'83A\\'83C}";
    assert.equal(
      await textOf('fonts.rtf', `{\\rtf1\\ansi\\ansicpg1252${fonts}${body}\\par}`),
      'café Привет 東京 アイ\n',
    );
  });

  it('has characters by their numbers without what stands for them, nor what is hidden, drawn or in binary', async () => {
    const body =
      "{\\uc1\\u8364 ?}{\\uc2\\u-10179\\'3f\\'3f\\u-8704 ??} {\\v secret}seen{\\pict\\bin5 {{{{{}{\\*\\unknown words} end";
    assert.equal(await textOf('unicode.rtf', `{\\rtf1 ${body}\\par}`), '€😀 seen end\n');
  });

  it('has headings, lists, tables and footnotes', async () => {
    const body =
      '{\\stylesheet{\\s0 Normal;}{\\s1\\outlinelevel0 heading 1;}{\\s2 heading 2;}{\\cs3 Title;}}' +
      '\\pard\\s1 First\\par\\pard\\s2 Second\\par\\pard{\\listtext\\bullet\\tab}item\\par' +
      '\\pard\\ilvl1{\\listtext 1.\\tab}within\\par\\pard\\intbl a\\par b\\cell c\\cell\\row' +
      '\\pard noted{\\super 1}{\\*\\footnote\\pard of\\par course}.\\par';
    assert.equal(
      await textOf('shapes.rtf', `{\\rtf1 ${body}}`),
      '# First\n\n## Second\n\n- item\n  1. within\na b | c\n\nnoted1[^1].\n\n[^1]: of course\n',
    );
  });
});

describe('a table in a file of text', () => {
  it('has its columns named and its rows joined, whatever separates and quotes them', async () => {
    const table =
      'Datum;Betrag;"Wer; was"\r\n2026-03-01;1.234,50;"Fennmoor\nGmbH"\r\n\r\n2026-03-02;7,00;\r\n';
    assert.equal(
      await textOf('table.csv', Buffer.from(table, 'latin1')),
      'Columns: Datum, Betrag, Wer; was\n\nDatum | Betrag | Wer; was\n2026-03-01 | 1.234,50 | Fennmoor GmbH\n2026-03-02 | 7,00\n',
    );
    assert.equal(await textOf('table.tsv', 'a\tb\n1\t2\n'), 'Columns: a, b\n\na | b\n1 | 2\n');
    assert.equal(await textOf('figures.csv', '1,2\n3,4\n'), '1 | 2\n3 | 4\n');
  });

  it('is read from its beginning where it is big, and says that there is more', async () => {
    const came = await extract('big.csv', `id,name\n${'1,somebody\n'.repeat(200_000)}`);
    assert.deepEqual(came.kind === 'text' && [came.truncated, came.characters], [true, 1_000_000]);
  });
});

describe('JSON', () => {
  it('without line breaks gets them, and keeps every digit and the order of its keys', async () => {
    const packed = `{"z":12345678901234567890,"a":["x,{\\"}",{}],"e":[],"long":"${'v'.repeat(300)}"}`;
    assert.equal(
      await textOf('packed.json', packed),
      `{\n  "z": 12345678901234567890,\n  "a": [\n    "x,{\\"}",\n    {}\n  ],\n  "e": [],\n  "long": "${'v'.repeat(300)}"\n}\n`,
    );
  });

  it('is kept as it is with lines of its own, or with a record a line', async () => {
    const own = '{\n\t"a": [1, 2]\n}\n';
    assert.equal(await textOf('own.json', own), own);
    const records = `{"text":"${'long '.repeat(100)}"}\n`.repeat(3);
    assert.equal(await textOf('records.jsonl', records), records);
  });

  it('nested without end is text up to the limit', async () => {
    const came = await extract('deep.json', '['.repeat(2_000_000));
    assert.deepEqual(came.kind === 'text' && [came.truncated, came.characters], [true, 1_000_000]);
  });
});

describe('a web page that does not mark its text', () => {
  const sentence =
    'The gauge at the pier went quiet in the night, and nobody noticed before the morning, when the harbour woke. ';
  const menu = `<div class="menu"><ul>${'<li><a href="#">Shop now</a></li>'.repeat(20)}</ul></div>`;

  it('is read without what surrounds it, where a good part of it is an article', async () => {
    const page = `<!doctype html><title>Quiet</title><body>${menu}<div class="content">${`<p>${sentence.repeat(3)}</p>`.repeat(6)}</div>`;
    const text = await textOf('article.html', page);
    assert.match(text, /The gauge at the pier/);
    assert.doesNotMatch(text, /Shop now/);
  });

  it('is read whole where it is a list of things', async () => {
    const things = Array.from(
      { length: 60 },
      (_each, at) => `<div class="card"><b>Thing ${at}</b> costs ${at} and more</div>`,
    );
    const page = `<!doctype html><body><div><p>${sentence.repeat(3)}</p></div>${things.join('')}`;
    const text = await textOf('things.html', page);
    for (const at of [0, 30, 59]) assert.match(text, new RegExp(`Thing ${at} costs`));
  });
});

describe('a file that begins like another', () => {
  it('is source code by its name or its first line, also where it looks like a page', async () => {
    for (const [name, text] of [
      ['page.vue', '<!-- a --><html><p>template</p></html>'],
      ['tool', '#!/bin/sh\necho yes'],
      ['Makefile', 'all:\n\techo yes\n'],
    ] as const) {
      const came = await extract(name, text);
      assert.deepEqual(came.kind === 'text' && [came.format, came.text], ['code', text]);
    }
  });

  it('is named as the archive or the message that it is', async () => {
    const tar = Buffer.alloc(1024);
    tar.write('readme.txt', 0);
    tar.write('ustar', 257);
    assert.match(await reasonOf('files.tar', tar), /^is a tar archive; this version reads/);
    const message = Buffer.concat([Buffer.from('d0cf11e0a1b11ae1', 'hex'), Buffer.alloc(4096)]);
    assert.match(await reasonOf('mail.msg', message), /^is an Outlook message \(save it as EML/);
  });
});
