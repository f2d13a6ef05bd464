/** A rule file, cut at its fences. Line feeds only, no byte order mark. */
export type FrontMatter =
  | {
      ok: true;
      /** YAML with the lines that it has in the file. */
      yaml: string;
      prompt: string;
      /** The line of the file on which `prompt` begins. */
      promptLine: number;
    }
  | { ok: false; line: number; message: string };

const FENCE = /^---[ \t]*$/;

/** Splits `---`, YAML, `---`, prompt. Blank lines around the prompt are no part of it. */
export function splitFrontMatter(text: string): FrontMatter {
  const lines = text
    .replace(/^\ufeff/, '')
    .replace(/\r\n?/g, '\n')
    .split('\n');
  if (!FENCE.test(lines[0] ?? '')) {
    return { ok: false, line: 1, message: text.trim() === '' ? 'empty' : 'no front matter' };
  }
  const end = lines.findIndex((line, index) => index > 0 && FENCE.test(line));
  if (end === -1) return { ok: false, line: 1, message: 'front matter without an end' };
  const body = lines.slice(end + 1);
  const blank = body.findIndex((line) => line.trim() !== '');
  const start = blank === -1 ? body.length : blank;
  return {
    ok: true,
    // An empty line stands for the fence, so that YAML's lines are the file's lines.
    yaml: ['', ...lines.slice(1, end), ''].join('\n'),
    prompt: body.slice(start).join('\n').trimEnd(),
    promptLine: end + 2 + start,
  };
}
