import { createParser } from 'eventsource-parser';
import { errorIn } from './error-in.ts';
import { parseJson } from './json.ts';

/** What has been read of a stream of server-sent events. */
export interface Frames {
  /** The data of every event that these bytes complete. */
  push(bytes: Uint8Array): string[];
  /** What is left when the stream has ended: an unfinished event, and lines that are no event at all. */
  end(): { data: string[]; stray: string };
  /** A single event grew past the limit; nothing more will come out. */
  readonly tooLong: boolean;
}

const STRAY_LIMIT = 16_384;

/** Splits a body into events. Lines outside any event are kept: that is where some servers put a bare JSON error. */
export function createFrames(eventLimit: number): Frames {
  const decoder = new TextDecoder();
  let data: string[] = [];
  let stray = '';
  let tooLong = false;
  const parser = createParser({
    maxBufferSize: eventLimit,
    onEvent: (event) => void data.push(event.event === 'error' ? errorData(event.data) : event.data),
    onError(error) {
      if (error.type === 'max-buffer-size-exceeded') tooLong = true;
      else if (error.line !== undefined && stray.length < STRAY_LIMIT) stray += `${error.line}\n`;
    },
  });
  const feed = (text: string) => {
    if (!tooLong && text !== '') parser.feed(text);
    const complete = data;
    data = [];
    return complete;
  };
  return {
    push: (bytes) => feed(decoder.decode(bytes, { stream: true })),
    end: () => ({ data: feed(`${decoder.decode()}\n\n`), stray: stray.slice(0, STRAY_LIMIT) }),
    get tooLong() {
      return tooLong;
    },
  };
}

/** The data of an event named `error`, in the shape of an error whatever it was. */
function errorData(data: string): string {
  const value = parseJson(data);
  return errorIn(value) === undefined ? JSON.stringify({ error: value ?? data }) : data;
}
