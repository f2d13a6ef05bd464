import { deflateSync } from 'node:zlib';

/** A picture of a page: its samples, packed already where its dictionary names a filter, and that dictionary. */
export interface PdfPicture {
  width: number;
  height: number;
  samples: Uint8Array;
  /** Like `/ColorSpace /DeviceGray /BitsPerComponent 8`. */
  entries: string;
}

/**
 * A PDF with a page for each entry: a line of text, or a picture that fills the page. `about`: its metadata, such as
 * `Title`.
 */
export function makePdf(
  pages: readonly (string | PdfPicture)[],
  about: Readonly<Record<string, string>> = {},
): Buffer {
  const objects: Buffer[] = [];
  const add = (body: string, stream?: Uint8Array) => {
    const isPacked = body.includes('/Filter');
    const packed = stream && Buffer.from(isPacked ? stream : deflateSync(stream));
    const text = packed
      ? body.replace('<<', `<< /Length ${packed.length}${isPacked ? '' : ' /Filter /FlateDecode'}`)
      : body;
    const parts = [Buffer.from(`${objects.length + 1} 0 obj\n${text}\n`)];
    if (packed) parts.push(Buffer.from('stream\n'), packed, Buffer.from('\nendstream\n'));
    objects.push(Buffer.concat([...parts, Buffer.from('endobj\n')]));
    return objects.length;
  };
  add('<< /Type /Catalog /Pages 2 0 R >>');
  const kids = pages.map((_page, at) => `${4 + at * 3} 0 R`).join(' ');
  add(`<< /Type /Pages /Kids [${kids}] /Count ${pages.length} >>`);
  add('<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>');
  for (const page of pages) {
    const own = objects.length + 1;
    const isText = typeof page === 'string';
    const resources = isText ? '/Font << /F 3 0 R >>' : `/XObject << /I ${own + 2} 0 R >>`;
    add(
      `<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Resources << ${resources} >> /Contents ${own + 1} 0 R >>`,
    );
    const content = isText ? `BT /F 12 Tf 72 720 Td (${page}) Tj ET` : 'q 595 0 0 842 0 0 cm /I Do Q';
    add('<< >>', Buffer.from(content));
    if (isText) add('<< >>');
    else
      add(
        `<< /Type /XObject /Subtype /Image /Width ${page.width} /Height ${page.height} ${page.entries} >>`,
        page.samples,
      );
  }
  const facts = Object.entries(about).map(([key, value]) => `/${key} ${hexText(value)}`);
  const info = facts.length === 0 ? '' : ` /Info ${add(`<< ${facts.join(' ')} >>`)} 0 R`;
  const end = `trailer\n<< /Root 1 0 R${info} /Size ${objects.length + 1} >>\n%%EOF\n`;
  return Buffer.concat([Buffer.from('%PDF-1.4\n'), ...objects, Buffer.from(end)]);
}

/** A text as PDF writes it where it holds anything: UTF-16 in hex digits. */
function hexText(text: string): string {
  return `<FEFF${Buffer.from(text, 'utf16le').swap16().toString('hex')}>`;
}
