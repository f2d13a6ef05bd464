import { spawn } from 'node:child_process';
import { once } from 'node:events';
import xterm from '@xterm/headless';

/** A program at a real pseudo-terminal, seen through a terminal emulator. */
export interface Screen {
  /** What is to be seen, with what has scrolled away. */
  text(): string;
  /** The last lines of it as they look, in pieces of one style. */
  picture(lines: number): Piece[][];
  /** Resolves as soon as the screen shows it; rejects when the program ends before. */
  shows(wanted: RegExp): Promise<void>;
  /** Presses keys. */
  type(keys: string): void;
  /** Resolves with the exit code. */
  ended: Promise<number>;
  kill(): void;
}

export interface ScreenOptions {
  env: Record<string, string>;
  cwd: string;
  columns?: number;
}

/** Text of one style: a colour of the terminal's palette (null = its own), bold, dim. */
export interface Piece {
  text: string;
  colour: number | null;
  bold: boolean;
  dim: boolean;
}

/** A screen that shows nothing for so long will not, and the test is to say what it showed instead. */
const PATIENCE_MS = 30_000;

/** `script` of util-linux, which is on every Debian, makes the pseudo-terminal. */
export function atTerminal(command: readonly string[], options: ScreenOptions): Screen {
  const cols = options.columns ?? 100;
  const terminal = new xterm.Terminal({ cols, rows: 50, scrollback: 5000, allowProposedApi: true });
  const quoted = command.map((word) => `'${word.replaceAll("'", "'\\''")}'`).join(' ');
  const child = spawn('script', ['-qfec', `stty cols ${cols} rows 50 && exec ${quoted}`, '/dev/null'], {
    cwd: options.cwd,
    env: { TERM: 'xterm-256color', LANG: 'C.UTF-8', PATH: process.env['PATH'] ?? '', ...options.env },
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const listeners = new Set<() => void>();
  const look = () => {
    for (const listener of listeners) listener();
  };
  child.stdout.on('data', (data) => terminal.write(data, look));
  let isOver = false;
  const ended = once(child, 'close').then(([code]) => {
    isOver = true;
    look();
    return Number(code);
  });
  const text = () => {
    const { active } = terminal.buffer;
    const lines = Array.from({ length: active.length }, (_, at) =>
      active.getLine(at)?.translateToString(true),
    );
    return `${lines.join('\n').trimEnd()}\n`;
  };
  return {
    text,
    picture: (count) => pictureOf(terminal, text().trimEnd().split('\n').length, count),
    shows: (wanted) =>
      new Promise((resolve, reject) => {
        const stop = (why: string) => {
          listeners.delete(listener);
          clearTimeout(late);
          if (wanted.test(text())) resolve();
          else reject(new Error(`${why} and never showed ${wanted}:\n${text()}`));
        };
        const listener = () => {
          if (wanted.test(text()) || isOver) stop('the program ended');
        };
        const late = setTimeout(stop, PATIENCE_MS, `${PATIENCE_MS} ms went by`);
        listeners.add(listener);
        listener();
      }),
    type: (keys) => void child.stdin.write(keys),
    ended,
    kill: () => void child.kill('SIGKILL'),
  };
}

function pictureOf(terminal: xterm.Terminal, used: number, count: number): Piece[][] {
  const { active } = terminal.buffer;
  return Array.from({ length: Math.min(count, used) }, (_, at) => {
    const line = active.getLine(Math.max(0, used - count) + at);
    const pieces: Piece[] = [];
    for (let column = 0; column < (line?.length ?? 0); column += 1) {
      const cell = line?.getCell(column);
      if (cell === undefined || cell.getWidth() === 0) continue;
      const style = {
        colour: cell.isFgPalette() ? cell.getFgColor() : null,
        bold: cell.isBold() !== 0,
        dim: cell.isDim() !== 0,
      };
      const last = pieces.at(-1);
      const text = cell.getChars() || ' ';
      if (last && last.colour === style.colour && last.bold === style.bold && last.dim === style.dim)
        last.text += text;
      else pieces.push({ text, ...style });
    }
    return pieces;
  });
}
