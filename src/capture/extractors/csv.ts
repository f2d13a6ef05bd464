import type { ExtractLimits } from '../extraction.ts';
import { decodeText } from './decode.ts';
import type { FormatExtractor, FormatText } from './port.ts';
import { looksLikeText } from './recognise.ts';
import { createTextBuilder } from './text-builder.ts';

/** Tables as text: the columns by name, then a row a line, whatever they are separated and quoted with. */
export const csv: FormatExtractor = {
  format: 'csv',
  label: 'CSV',
  reads: 'beginning',
  matches: (name, head) => /\.(?:csv|tsv|tab)$/i.test(name) && looksLikeText(head),
  extract: async (bytes, limits) => readTable(await decodeText(bytes), limits),
};

async function readTable(source: string, limits: ExtractLimits): Promise<FormatText> {
  const { default: Papa } = await import('papaparse');
  const out = createTextBuilder(limits);
  let columns: string[] | null = null;
  Papa.parse<string[]>(source.replace(/^\ufeff/, ''), {
    skipEmptyLines: true,
    step({ data }, parser) {
      if (columns === null) {
        columns = data.map((name) => name.trim());
        if (isNames(columns)) out.line(`Columns: ${columns.join(', ')}`);
        out.gap();
      }
      out.row(data);
      if (out.isFull()) parser.abort();
    },
  });
  return out.result('is a table without any value');
}

/** Whether a first row names the columns: several, all of them, none twice, and none a number or a date. */
function isNames(row: readonly string[]): boolean {
  return (
    row.length > 1 && new Set(row).size === row.length && row.every((name) => /^[^\d\s][^\n]*$/.test(name))
  );
}
