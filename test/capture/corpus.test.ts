import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { createExtractor } from '../../src/capture/extract.ts';
import { diskOf } from '../support/disk.ts';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const CORPUS = join(ROOT, 'test/fixtures/corpus');
const DOCUMENTS = join(ROOT, 'test/fixtures/documents');
const never = new AbortController().signal;

/** A document, what it is read as, and what must be found in it, white space apart. */
interface Expected {
  path: string;
  format: string;
  passages: string[];
}

const REPORT = [
  'Tides in March',
  'The tide gauge at the pier mast ran without a gap.',
  'High water came at 04:12 — the café opens at seven.',
  'order it from Fennmoor',
  'Pier mast | 3.42 | rising',
  'Grüße aus Kiel, 東京 and Αθήνα.',
];
const NOTE = 'It was calibrated on 9 March 2026.';
const BOOK = [
  'FI-2026-0412 | 2026-03-12 | 760.84 | 144.56 | 905.4 | TRUE',
  'Sum | | | | 1024.4',
  'Stations & levels',
  'Saltmarsh | 0.3',
];
const TALK = ['# Slide 2: Why gauges fall silent', '- Salt in the housing', 'Pier | 3.42'];
const OWN: [name: string, format: string, passages: string[]][] = [
  ['report.docx', 'docx', [...REPORT, NOTE, '# Tides in March', '1. First the pump 2. Then the valve']],
  ['report-writer.docx', 'docx', [...REPORT, NOTE, '## Levels']],
  ['report.odt', 'opendocument', [...REPORT, NOTE, '## What is to be done']],
  ['report.rtf', 'rtf', [...REPORT, NOTE, '# Tides in March', '- Read the log book 1. First the pump']],
  ['report-writer.rtf', 'rtf', [...REPORT, NOTE, '## What is to be done - Replace', '- order it']],
  ['report.epub', 'epub', [...REPORT.filter((each) => !each.includes('|') && !each.includes('gap.')), NOTE]],
  [
    'report.pdf',
    'pdf',
    ['The tide gauge at the pier mast ran without a gap.', 'Pier mast 3.42 rising', NOTE],
  ],
  ['invoices.xlsx', 'xlsx', [...BOOK, 'FI-2026-0413 | 2026-03-14 09:30 | 100']],
  ['invoices.ods', 'opendocument', BOOK],
  [
    'invoices-uncalculated.xlsx',
    'xlsx',
    ['FI-2026-0412 | 2026-03-12 | 760.84 | =ROUND(C2*0.19,2) | =C2+D2 | TRUE'],
  ],
  [
    'talk.pptx',
    'pptx',
    [...TALK, '# Slide 2: Why gauges fall silent', 'Notes: Say that spring tides are worst.'],
  ],
  ['talk-impress.pptx', 'pptx', [...TALK, 'Notes: Say that spring tides are worst.']],
  ['talk.odp', 'opendocument', [...TALK, 'Notes: Say that spring tides are worst.']],
  [
    'mail.eml',
    'email',
    [
      'From: Accounts of Fennmoor € <accounts@fennmoor.example>',
      'Subject: Rechnung für März',
      'the total of €905.40 is due on 11 April 2026.',
      'Attachments: - invoice.pdf (application/pdf, 22 bytes)',
    ],
  ],
  ['mail-html.eml', 'email', ['# Tide table', 'The café opens at seven.', '- High water 04:12']],
];

/** Readmes that pandoc has converted. */
function converted(): Expected[] {
  const passages: Record<string, string[]> = JSON.parse(readFileSync(join(CORPUS, 'passages.json'), 'utf8'));
  const formats = { docx: 'docx', odt: 'opendocument', epub: 'epub', rtf: 'rtf', html: 'html' };
  return Object.entries(passages).flatMap(([name, wanted]) =>
    Object.entries(formats).map(([ending, format]) => ({
      path: join(CORPUS, `${name}.${ending}`),
      format,
      passages: wanted,
    })),
  );
}

/** Files of the packages that the lockfile pins: path, format and a line from the middle of each. */
function installed(): Expected[] {
  return readFileSync(join(CORPUS, 'packages.tsv'), 'utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => {
      const [path = '', format = '', passage = ''] = line.split('\t');
      return { path: join(ROOT, 'node_modules', path), format, passages: [passage] };
    });
}

/** What Debian says of its packages, where there is a Debian. */
function debian(): Expected[] {
  const folder = '/usr/share/doc';
  if (!existsSync(folder)) return [];
  return readdirSync(folder)
    .map((name) => join(folder, name, 'copyright'))
    .filter((path) => existsSync(path))
    .slice(0, 100)
    .map((path) => ({ path, format: 'text', passages: [longestLine(path)] }));
}

function longestLine(path: string): string {
  const lines = readFileSync(path, 'utf8')
    .split('\n')
    .filter((line) => /^[\x20-\x7e]*$/.test(line) && line.length < 300);
  return lines.reduce((longest, line) => (line.length > longest.length ? line : longest), '').trim();
}

describe('real documents', () => {
  const extractor = createExtractor(diskOf);
  after(() => extractor.close());

  async function assertRead({ path, format, passages }: Expected): Promise<void> {
    const root = path.slice(0, path.lastIndexOf('/'));
    const came = await extractor.extract({ path, root, hash: null }, never);
    assert.ok(came.kind === 'text', `${path}: ${JSON.stringify(came)}`);
    assert.equal(came.format, format, path);
    const text = inOneLine(came.text);
    for (const passage of passages) assert.ok(text.includes(inOneLine(passage)), `${path} lacks: ${passage}`);
  }

  for (const [name, format, passages] of OWN)
    it(`finds what stands in ${name}`, () => assertRead({ path: join(DOCUMENTS, name), format, passages }));

  it('finds what stands in readmes as Word, OpenDocument, EPUB, rich text and HTML', async () => {
    for (const document of converted()) await assertRead(document);
  });

  it('finds what stands in the documents of npm packages', async () => {
    for (const document of installed()) await assertRead(document);
  });

  it('finds what stands in what Debian says of its packages', async (t) => {
    const documents = debian();
    if (documents.length === 0) t.skip('no /usr/share/doc');
    for (const document of documents) await assertRead(document);
  });

  it('are more than 200 without those of the machine', () => {
    assert.ok(OWN.length + converted().length + installed().length >= 200);
  });
});

/** Marks of lists, tables and notes come between words, and quotes are curly or straight. */
function inOneLine(text: string): string {
  return text.replaceAll(/[’‘]/g, "'").replaceAll(/\s+/g, ' ');
}
