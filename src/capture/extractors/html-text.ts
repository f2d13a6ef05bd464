import type { FormatCallback, HtmlToTextOptions } from 'html-to-text';

const SKIPPED = [
  'script',
  'style',
  'noscript',
  'template',
  'svg',
  'iframe',
  'object',
  'img',
  'video',
  'audio',
  'canvas',
];

/** Parts of a page around its text. */
export const AROUND = ['nav', 'aside', 'footer', 'form', 'button', 'select', 'dialog'];

export interface HtmlTextOptions {
  /** Selectors of the elements whose text is wanted. */
  base: readonly string[];
  /** Everything, where none of them is there. */
  orWhole: boolean;
  /** Selectors of elements that are left out. */
  without?: readonly string[];
}

/** Text of HTML: headings as Markdown, lists and tables as they look, without scripts, styles and pictures. */
export async function htmlText(
  source: string,
  { base, orWhole, without = [] }: HtmlTextOptions,
): Promise<string> {
  const { convert } = await import('html-to-text');
  const options: HtmlToTextOptions = {
    wordwrap: false,
    baseElements: { selectors: [...base], orderBy: 'occurrence', returnDomByDefault: orWhole },
    // Deeper trees overflow the parser's recursion; people nest dozens of levels, old mail programs hundreds.
    limits: { maxDepth: 2000, ellipsis: '' },
    formatters: { markdownHeading },
    selectors: [
      { selector: 'a', options: { ignoreHref: true } },
      {
        selector: 'table',
        format: 'dataTable',
        options: { uppercaseHeaderCells: false, maxColumnWidth: 200 },
      },
      { selector: 'ul', options: { itemPrefix: '- ' } },
      ...[1, 2, 3, 4, 5, 6].map((level) => ({
        selector: `h${level}`,
        format: 'markdownHeading',
        options: { level },
      })),
      ...[...SKIPPED, ...without].map((selector) => ({ selector, format: 'skip' })),
    ],
  };
  return convert(source, options);
}

const markdownHeading: FormatCallback = (element, walk, builder, formatOptions) => {
  builder.openBlock({ leadingLineBreaks: 2 });
  builder.addInline(`${'#'.repeat(formatOptions['level'])} `);
  walk(element.children, builder);
  builder.closeBlock({ trailingLineBreaks: 2 });
};
