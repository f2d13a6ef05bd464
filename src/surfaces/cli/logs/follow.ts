import type { Clock } from '../../../base/clock.ts';
import { bytesOf, closeAll, type LogFile, openLogFiles } from './files.ts';
import { wholeLines } from './line.ts';

/** Milliseconds between looks: two stats, which is nothing while somebody reads along. */
const LOOK_MS = 200;
/** Bytes taken at a time. */
const PIECE = 1 << 20;

export interface FollowOptions {
  folder: string;
  /** How far the newest file was read already; null where there was none. */
  from: { identity: string; offset: number } | null;
  clock: Clock;
  signal: AbortSignal;
}

/** Every line from a place on, through rotations, truncation and files that come later, until `signal` aborts. */
export async function* followLog(options: FollowOptions): AsyncGenerator<string, void> {
  const { folder, clock, signal } = options;
  let at = options.from;
  for (;;) {
    const files = await openLogFiles(folder);
    try {
      const known = files.findIndex((file) => file.identity === at?.identity);
      // Oldest first, from the file that was read last; one that is gone was rotated away, and all the others are newer.
      const ahead = (known === -1 ? files : files.slice(0, known + 1)).toReversed();
      for (const file of ahead) {
        let offset: number = file.identity === at?.identity ? at.offset : 0;
        // Cut by somebody else's log rotation, it begins anew.
        if (file.size < offset) offset = 0;
        for await (const piece of piecesOf(file, offset)) {
          yield* piece.lines;
          offset = piece.offset;
        }
        at = { identity: file.identity, offset };
      }
    } finally {
      await closeAll(files);
    }
    await clock.sleep(LOOK_MS, signal);
  }
}

async function* piecesOf(file: LogFile, from: number): AsyncGenerator<{ lines: string[]; offset: number }> {
  let offset = from;
  let take = PIECE;
  while (offset < file.size) {
    const bytes = await bytesOf(file, offset, Math.min(file.size, offset + take));
    const { lines, length } = wholeLines(bytes);
    if (length === 0) {
      // Less than a line: the rest of it is to come, or it is longer than a piece.
      if (bytes.length < take) return;
      take *= 2;
      continue;
    }
    offset += length;
    yield { lines, offset };
  }
}
