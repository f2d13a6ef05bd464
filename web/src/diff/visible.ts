/** A run of text as it is, or the name of a character that would not be seen, or would turn others round. */
export type Shown = { text: string } | { hidden: string };

/** Selects how an emoji looks: `❤️`, `1️⃣`. After anything else it is seen by nobody, and may carry a text of its own. */
const OF_EMOJI = String.raw`(?<=\p{Extended_Pictographic})[\ufe0e\ufe0f]|(?<=[0-9#*])\ufe0f\u20e3`;
/** Joins emoji, and letters of scripts whose spelling needs it. */
const JOINS = String.raw`(?<=[\p{Extended_Pictographic}\p{Emoji_Modifier}\ufe0f\p{L}\p{M}])(?<![\p{sc=Latin}\p{sc=Grek}\p{sc=Cyrl}])[\u200c\u200d]`;
/** Whatever Unicode leaves undrawn, C0 and C1 controls but tab and line feed, line separators, and what is drawn as nothing. */
const UNSEEN = String.raw`[\p{Default_Ignorable_Code_Point}\p{Bidi_Control}\u0000-\u0008\u000b-\u001f\u007f-\u009f\u2028\u2029\u2800\ufff9-\ufffb]`;

export const HIDDEN = new RegExp(`(?!${OF_EMOJI}|${JOINS})${UNSEEN}`, 'gu');

/** What a person decides on must be what they see: what is not seen in a text gets a name. */
export function visible(text: string): Shown[] {
  const whole = text.toWellFormed();
  const shown: Shown[] = [];
  let from = 0;
  for (const { 0: char, index } of whole.matchAll(HIDDEN)) {
    if (index > from) shown.push({ text: whole.slice(from, index) });
    shown.push({ hidden: nameOf(char) });
    from = index + char.length;
  }
  if (from < whole.length) shown.push({ text: whole.slice(from) });
  return shown;
}

/** The same as one text, for titles and labels, which have no marks in them. */
export function visibleWords(text: string): string {
  return visible(text)
    .map((run) => ('text' in run ? run.text : `‹${run.hidden}›`))
    .join('');
}

function nameOf(char: string): string {
  if (char === '\r') return '\\r';
  return `U+${(char.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}`;
}
