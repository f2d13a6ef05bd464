import type { Frames } from './frames.ts';

/** Splits a body into lines of JSON, as Ollama's own API streams them. */
export function createLines(lineLimit: number): Frames {
  const decoder = new TextDecoder();
  let rest = '';
  let tooLong = false;
  const feed = (text: string): string[] => {
    const lines = `${rest}${text}`.split('\n');
    rest = lines.pop() ?? '';
    tooLong ||= rest.length > lineLimit;
    return lines.filter((line) => line.trim() !== '');
  };
  return {
    push: (bytes) => feed(decoder.decode(bytes, { stream: true })),
    end: () => ({ data: feed(`${decoder.decode()}\n`), stray: '' }),
    get tooLong() {
      return tooLong;
    },
  };
}
