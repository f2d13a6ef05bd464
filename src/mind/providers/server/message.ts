/** Turns a server's words into a message that may be stored, shown and logged. */
export type Clean = (text: string) => string;

/** Characters of a server's words that are kept. */
const LIMIT = 300;
/** A run of the prompt this long is an echo; shorter ones are words that anybody might use. */
const ECHO = 16;

/**
 * One line, without control characters, the API key or the prompt: servers echo requests in their errors, and
 * failure messages end up in logs. What follows the first echoed run is cut.
 */
export function cleaner(prompt: string, apiKey: string): Clean {
  return (text) => {
    const scrubbed = apiKey === '' ? text : text.replaceAll(apiKey, '[api_key]');
    const line = oneLine(scrubbed.slice(0, 4 * LIMIT));
    const echo = echoAt(line, oneLine(prompt));
    const kept = echo === -1 ? line : `${line.slice(0, echo).trimEnd()} […]`;
    return kept.length > LIMIT ? `${kept.slice(0, LIMIT - 1)}…` : kept;
  };
}

function oneLine(text: string): string {
  return text.replace(/[\s\u0000-\u001f\u007f-\u009f\u200e\u200f\u202a-\u202e\u2066-\u2069]+/g, ' ').trim();
}

/** Where the first run of the prompt begins in a line, or -1. */
function echoAt(line: string, prompt: string): number {
  const run = Math.min(ECHO, prompt.length);
  if (run === 0) return -1;
  for (let at = 0; at + run <= line.length; at += 1) {
    if (prompt.includes(line.slice(at, at + run))) return at;
  }
  return -1;
}
