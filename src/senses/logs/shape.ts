/** So much of a record's first line tells its shape. */
const COMPARED = 200;

/** In this order: what is replaced by an earlier one is not looked at by a later one. */
const PARTS: readonly [RegExp, string][] = [
  [/"[^"]*"|'[^']*'|`[^`]*`/g, '<text>'],
  [/\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b/gi, '<id>'],
  [/\bhttps?:\/\/\S+/g, '<url>'],
  [/(?<![\w<])(?:\/[\w.@%+~-]+){2,}\/?/g, '<path>'],
  [/\b0x[0-9a-f]+\b/gi, '<hex>'],
  [/\b(?=[0-9a-f]*\d)(?=\d*[a-f])[0-9a-f]{6,64}\b/gi, '<hex>'],
  [/\d+(?:[.:,T-]\d+)*Z?/g, '<n>'],
];

/** What records have in common that differ in their numbers, texts and paths only. */
export function shapeOf(text: string): string {
  const end = text.indexOf('\n');
  let shape = text.slice(0, end === -1 ? COMPARED : Math.min(end, COMPARED));
  for (const [part, name] of PARTS) shape = shape.replace(part, name);
  return shape.trim();
}
