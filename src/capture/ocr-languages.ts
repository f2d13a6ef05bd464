/** tesseract's names of languages by the first part of a locale. */
const NAMES: ReadonlyMap<string, string> = new Map(
  (
    'ar:ara bg:bul ca:cat cs:ces cy:cym da:dan de:deu el:ell en:eng es:spa et:est eu:eus fa:fas ' +
    'fi:fin fr:fra ga:gle gl:glg he:heb hi:hin hr:hrv hu:hun id:ind is:isl it:ita ja:jpn ko:kor ' +
    'lt:lit lv:lav nb:nor nl:nld nn:nor no:nor pl:pol pt:por ro:ron ru:rus sk:slk sl:slv sq:sqi ' +
    'sr:srp sv:swe th:tha tr:tur uk:ukr vi:vie zh:chi_sim'
  )
    .split(' ')
    .map((pair): [string, string] => [pair.slice(0, 2), pair.slice(3)]),
);

/** With more languages than these tesseract takes minutes, and somebody has installed them all. */
const MOST = 4;

/**
 * The languages that tesseract is to expect, the likeliest first, by what is installed and the machine's locale
 * (`de-DE`): that of the locale, English, and the others where they are few. Empty = its own default.
 */
export function ocrLanguages(installed: readonly string[], locale: string): string[] {
  const [first = ''] = locale.toLowerCase().split(/[-_]/);
  const real = installed.filter((name) => name !== 'osd' && name !== 'equ');
  const likely = [NAMES.get(first) ?? 'eng', 'eng'].filter((name) => real.includes(name));
  return [...new Set(real.length <= MOST ? [...likely, ...real] : likely)];
}
