/** Code pages by `\fcharset`, as Windows numbers them; 2 = a font of symbols, in which 0xB7 is a bullet. */
const CODE_PAGES: Record<string, string> = {
  0: 'cp1252',
  2: 'cp1252',
  77: 'macintosh',
  128: 'cp932',
  129: 'cp949',
  134: 'cp936',
  136: 'cp950',
  161: 'cp1253',
  162: 'cp1254',
  163: 'cp1258',
  177: 'cp1255',
  178: 'cp1256',
  186: 'cp1257',
  204: 'cp1251',
  222: 'cp874',
  238: 'cp1250',
};

/** What the tables at the beginning of a rich text document say. */
export interface RtfTables {
  /** Control word within the table of fonts. */
  font(word: string, parameter: string): void;
  /** Control word within the style sheet. */
  style(word: string, parameter: string): void;
  /** Text within the style sheet, which names the style. */
  styleName(text: string): void;
  encodingOf(font: string): string | undefined;
  /** Heading level from 1; 0 = none. */
  levelOf(style: string): number;
}

export function createRtfTables(): RtfTables {
  const encodings = new Map<string, string>();
  const levels = new Map<string, number>();
  let font = '';
  let style = '';
  return {
    font(word, parameter) {
      if (word === 'f') font = parameter;
      const encoding = word === 'fcharset' ? CODE_PAGES[parameter] : undefined;
      if (encoding !== undefined) encodings.set(font, encoding);
    },
    style(word, parameter) {
      if (word === 's') style = parameter;
      else if (word === 'cs' || word === 'ds' || word === 'ts') style = '';
      else if (word === 'outlinelevel' && style !== '') levels.set(style, rtfLevel(parameter));
    },
    styleName(text) {
      const name = text.trim().replace(/;$/, '');
      const level = /^title$/i.test(name) ? 1 : Number(/^heading ([1-9])$/i.exec(name)?.[1] ?? 0);
      if (style !== '' && level > 0) levels.set(style, level);
    },
    encodingOf: (number) => encodings.get(number),
    levelOf: (number) => levels.get(number) ?? 0,
  };
}

/** Outline levels count from 0; 9 is the body's text. */
export function rtfLevel(parameter: string): number {
  return /^[0-8]$/.test(parameter) ? Number(parameter) + 1 : 0;
}
