import type { Address } from 'postal-mime';
import type { ExtractLimits } from '../extraction.ts';
import { htmlText } from './html-text.ts';
import type { FormatExtractor, FormatText } from './port.ts';
import { looksLikeText } from './recognise.ts';
import { createTextBuilder } from './text-builder.ts';

/** E-mail as saved by mail programs: who, when, subject, the text, and the attachments by name. */
export const email: FormatExtractor = {
  format: 'email',
  label: 'e-mail (EML)',
  reads: 'whole',
  matches: (name, head) => /\.(eml|mht|mhtml)$/i.test(name) && looksLikeText(head),
  extract: readMail,
};

async function readMail(bytes: Uint8Array, limits: ExtractLimits): Promise<FormatText> {
  const { default: PostalMime } = await import('postal-mime');
  const mail = await PostalMime.parse(Buffer.from(bytes));
  const out = createTextBuilder(limits);
  const fields: [string, string | undefined][] = [
    ['From', named(mail.from)],
    ['To', mail.to?.map(named).join(', ')],
    ['Cc', mail.cc?.map(named).join(', ')],
    ['Date', mail.date],
    ['Subject', mail.subject],
  ];
  for (const [name, value] of fields) if (value) out.line(`${name}: ${value.replaceAll(/\s+/g, ' ')}`);
  const plain = mail.text?.trim() ?? '';
  const text =
    plain === '' && mail.html ? await htmlText(mail.html, { base: ['body'], orWhole: true }) : plain;
  if (text !== '') out.gap();
  for (const line of text.split(/\r?\n/)) out.line(line.trimEnd());
  if (mail.attachments.length > 0) {
    out.gap();
    out.line('Attachments:');
  }
  for (const { filename, mimeType, content } of mail.attachments) {
    const size = typeof content === 'string' ? content.length : content.byteLength;
    out.line(`- ${filename ?? 'without a name'} (${mimeType}, ${size} bytes)`);
  }
  return out.result('is an e-mail without any text');
}

function named(who: Address | undefined): string {
  if (who === undefined) return '';
  if (who.group) return `${who.name}: ${who.group.map(named).join(', ')}`;
  const { name, address } = who;
  return name !== '' && address !== '' ? `${name} <${address}>` : name || address;
}
