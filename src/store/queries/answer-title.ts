/** Longest title that is told of an answer, and how much of it is looked at for one. */
const TITLE_CHARACTERS = 160;
const LOOKED_AT = 2000;

/** Of a thought's answer, which is JSON: the text that says in short what it is, if any. */
export const ANSWER_TEXT = `substr(CASE json_type(t.answer)
    WHEN 'text' THEN t.answer ->> '$'
    WHEN 'object' THEN coalesce(
      CASE json_type(t.answer, '$.title') WHEN 'text' THEN nullif(t.answer ->> '$.title', '') END,
      (SELECT value FROM json_each(t.answer) WHERE type = 'text' AND value <> '' LIMIT 1))
    END, 1, ${LOOKED_AT})`;

/** The first line of it that says something, without the signs of Markdown; null where none does. */
export function titleIn(text: string): string | null {
  const line = text
    .replace(/^---\r?\n[\s\S]*?\n---[ \t]*(\r?\n|$)/, '')
    .split('\n')
    .map((each) => each.replace(/^[\s#>*+-]+/, '').trim())
    .find((each) => /[\p{L}\p{N}]/u.test(each));
  if (line === undefined) return null;
  return line.length > TITLE_CHARACTERS ? `${line.slice(0, TITLE_CHARACTERS).toWellFormed()}…` : line;
}
