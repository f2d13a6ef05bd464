import { posix } from 'node:path';
import type { ExtractLimits } from '../extraction.ts';
import { decodeText } from './decode.ts';
import { htmlText } from './html-text.ts';
import type { FormatExtractor, FormatText } from './port.ts';
import { kindOf } from './recognise.ts';
import { createTextBuilder } from './text-builder.ts';
import { readXml } from './xml.ts';
import { bytesOf, type Member, type Members, openZip } from './zip.ts';

/** Characters in which a first chapter would tell the book's title. */
const BEGINNING = 2000;

/** E-books: title and author, then the chapters in their order. */
export const epub: FormatExtractor = {
  format: 'epub',
  label: 'EPUB book',
  reads: 'whole',
  matches: (name, head) => /\.epub$/i.test(name) || kindOf(head, name) === 'an EPUB book',
  async extract(bytes, limits) {
    const members = await openZip(bytes, limits);
    if (await isProtected(members))
      return {
        kind: 'unreadable',
        reason: 'is an EPUB book protected against copying: its text is encrypted',
      };
    return readBook(members, limits);
  },
};

async function readBook(members: Members, limits: ExtractLimits): Promise<FormatText> {
  let place = '';
  await readXml(members.get('META-INF/container.xml'), {
    open(name, attributes) {
      if (name === 'rootfile' && place === '') place = attributes['full-path'] ?? '';
    },
  });
  const book = await readPackage(members.get(place));
  if (book.spine.length === 0) throw new Error('it is damaged: it has no list of chapters');
  const out = createTextBuilder(limits);
  let isTitled = false;
  for (const chapter of book.spine) {
    if (out.isFull()) break;
    const member = members.get(posix.join(posix.dirname(place), unescaped(chapter)));
    if (member === undefined) continue;
    const text = await htmlText(await decodeText(await bytesOf(member)), {
      base: ['body'],
      orWhole: true,
      without: ['nav'],
    });
    // Most books begin with a title page of their own.
    if (!isTitled && !text.slice(0, BEGINNING).includes(book.title)) {
      out.heading(1, book.title);
      if (book.authors.length > 0) out.line(book.authors.join(', '));
    }
    isTitled = true;
    out.gap();
    for (const line of text.split('\n')) out.line(line);
  }
  return out.result('is an EPUB book without any text');
}

/** Places are URLs: spaces and letters beyond ASCII may be escaped, and a percent sign may be none. */
function unescaped(place: string): string {
  try {
    return decodeURIComponent(place);
  } catch {
    return place;
  }
}

interface Book {
  title: string;
  authors: string[];
  /** Members with the chapters, relative to the package file. */
  spine: string[];
}

async function readPackage(member: Member | undefined): Promise<Book> {
  const book: Book = { title: '', authors: [], spine: [] };
  const places = new Map<string, string>();
  let within = '';
  await readXml(member, {
    open(name, { id = '', href = '', idref = '', linear = 'yes' }) {
      within = name;
      if (name === 'item') places.set(id, href);
      const place = places.get(idref);
      if (name === 'itemref' && place !== undefined && linear !== 'no') book.spine.push(place);
    },
    text(text) {
      if (within === 'title' && book.title === '') book.title = text.trim();
      if (within === 'creator' && text.trim() !== '') book.authors.push(text.trim());
    },
    close() {
      within = '';
    },
  });
  return book;
}

/** Fonts alone are often obfuscated, which keeps nobody from reading. */
async function isProtected(members: Members): Promise<boolean> {
  let found = false;
  await readXml(members.get('META-INF/encryption.xml'), {
    open(name, { URI = '' }) {
      found ||= name === 'CipherReference' && /\.x?html?$/i.test(URI);
    },
  });
  return found;
}
