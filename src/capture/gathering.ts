import { readableAnswer } from '../contract/readable-answer.ts';

/** What was gathered for a schedule, and what became of it on the way. */
export interface Gathering {
  /** ISO 8601, UTC. */
  since: string;
  until: string;
  /** The newest first. */
  files: GatheredFile[];
  answers: { rule: string; subject: string; at: number; answer: unknown }[];
}

export interface GatheredFile {
  path: string;
  /** Epoch ms. */
  at: number;
  /** Null where it was not read: there was no room left, or it cannot be. */
  text: string | null;
  /** Why it was not read; empty otherwise. */
  why: string;
}

/** Characters of one file, of one answer, and of everything together. */
export const GATHER_LIMITS = { file: 20_000, answer: 4000, total: 200_000, files: 200 } as const;
/** Names of what was left out that are told. */
const NAMED = 20;

/** The text that a model reads of it: every file and answer beneath a heading, and what was left out. Null = nothing. */
export function composeGathering(gathering: Gathering): { text: string; truncated: boolean } | null {
  const { since, until, files, answers } = gathering;
  if (files.length + answers.length === 0) return null;
  const parts = [`What has changed from ${since} to ${until}:`];
  const leftOut: string[] = [];
  let room: number = GATHER_LIMITS.total;
  let truncated = false;

  function add(heading: string, name: string, text: string, most: number): void {
    const cut = cutTo(text, Math.min(most, room));
    truncated ||= cut.length < text.length;
    if (cut === '' && text !== '') {
      leftOut.push(name);
      return;
    }
    room -= cut.length;
    const note = cut.length < text.length ? `\n(cut: ${cut.length} of ${text.length} characters)` : '';
    parts.push(`${heading}\n${cut}${note}`);
  }

  for (const { rule, subject, at, answer } of answers) {
    const heading = `## Answer of the rule ${rule} on ${subject}, ${iso(at)}`;
    add(heading, `an answer of ${rule} on ${subject}`, readableAnswer(answer), GATHER_LIMITS.answer);
  }
  for (const { path, at, text, why } of files) {
    if (text === null) leftOut.push(why === '' ? path : `${path} (${why})`);
    else add(`## ${path}, ${iso(at)}`, path, text, GATHER_LIMITS.file);
  }
  if (leftOut.length > 0) {
    const named = leftOut.slice(0, NAMED).join('\n');
    const more = leftOut.length > NAMED ? `\nand ${leftOut.length - NAMED} more` : '';
    parts.push(`Left out:\n${named}${more}`);
  }
  return { text: parts.join('\n\n'), truncated: truncated || leftOut.length > 0 };
}

const iso = (at: number) => new Date(at).toISOString();

/** Not between the halves of a character. */
function cutTo(text: string, most: number): string {
  if (text.length <= most) return text;
  const end = /[\uD800-\uDBFF]/.test(text.charAt(most - 1)) ? most - 1 : most;
  return text.slice(0, Math.max(0, end));
}
