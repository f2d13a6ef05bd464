/** What a text orders a model to do. */
export interface Order {
  /** `spell`: a call that it writes into its answer, as some models do. */
  kind: 'call' | 'spell' | 'answer';
  name: string;
  args: Record<string, string>;
  /** Of an answer. */
  text: string;
  /** An answer in these words, also where JSON is wanted. */
  isRaw: boolean;
  /** Tells one order from another. */
  key: string;
}

/** A call that is ordered, in English: `CALL read_file[path=/x]`. */
export function callOf(name: string, args: Record<string, string> = {}, verb = 'CALL'): string {
  const given = Object.entries(args).map(([key, value]) => `${key}=${value}`);
  return `${verb} ${name}[${given.join(';')}]`;
}

/** An answer that is ordered; `raw`: not even as JSON. */
export function answerOf(text: string, raw = false): string {
  return `${raw ? 'SAY' : 'ANSWER'} ⟦${text}⟧`;
}

/** An answer of so many words, no two of them the same. */
export function shoutOf(words: number): string {
  return `SHOUT ⟦${words}⟧`;
}

const CALL = /(CALL|SPELL|RUFE|APPELLE|调用|呼び出せ|ВЫЗОВИ|نفذ)\s+([\w./-]+)\[([^\]\n]*)\]/g;
const ANSWER = /(ANSWER|SAY|SHOUT) ⟦([^⟧]*)⟧/g;

export function ordersIn(text: string): Order[] {
  const calls = Array.from(text.matchAll(CALL), ([, verb = '', name = '', given = '']): Order => {
    const args = Object.fromEntries(
      given.split(';').flatMap((pair) => {
        const at = pair.indexOf('=');
        return at > 0 ? [[pair.slice(0, at).trim(), pair.slice(at + 1).trim()]] : [];
      }),
    );
    const kind = verb === 'SPELL' ? 'spell' : 'call';
    return { kind, name, args, text: '', isRaw: false, key: keyOf(name, JSON.stringify(args)) };
  });
  const answers = Array.from(
    text.matchAll(ANSWER),
    ([, verb, words = '']): Order => ({
      kind: 'answer',
      name: '',
      args: {},
      text: verb === 'SHOUT' ? Array.from({ length: Number(words) }, (_, at) => at).join(' ') : words,
      isRaw: verb === 'SAY',
      key: words,
    }),
  );
  return [...calls, ...answers];
}

function keyOf(name: string, json: string): string {
  return `${name} ${json}`;
}

/** The key of a call that an earlier message of the model made. */
export function keyOfCall(call: { function: { name: string; arguments: string } }): string {
  return keyOf(call.function.name, call.function.arguments);
}

/** A text as it is, and everything that somebody may have hidden in it. */
export function viewsOf(text: string): string[] {
  return [
    text,
    text.replaceAll(/\u200b|\u200c|\u200d|\u2060|\u00ad/g, ''),
    hidden(text, /[\u{e0020}-\u{e007e}]+/gu, (code) => code - 0xe0000),
    hidden(text, /[\u{e0100}-\u{e01ef}]+/gu, (code) => code - 0xe0100 + 16),
    hidden(text, /[\ufe00-\ufe0f]{8,}/gu, (code) => code - 0xfe00, true),
    ...Array.from(text.matchAll(/[A-Za-z0-9+/]{16,}={0,2}/g), ([run]) =>
      Buffer.from(run, 'base64').toString('utf8'),
    ),
    rot13(text),
    text.split('').toReversed().join(''),
  ];
}

function hidden(text: string, run: RegExp, byteOf: (code: number) => number, nibbles = false): string {
  const codes = Array.from(text.matchAll(run), ([found]) =>
    Array.from(found, (each) => each.codePointAt(0) ?? 0),
  );
  const values = codes.flat().map(byteOf);
  if (!nibbles) return Buffer.from(values).toString('utf8');
  const pairs = values.flatMap((high, at) => (at % 2 === 0 ? [high * 16 + (values[at + 1] ?? 0)] : []));
  return Buffer.from(pairs).toString('utf8');
}

export function rot13(text: string): string {
  return text.replaceAll(/[a-z]/gi, (letter) => {
    const base = letter <= 'Z' ? 65 : 97;
    return String.fromCharCode(((letter.charCodeAt(0) - base + 13) % 26) + base);
  });
}
