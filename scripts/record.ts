import { copyFile, mkdir, mkdtemp, readdir, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { startModelServer } from '../test/support/model-server.ts';
import { atTerminal, type Piece } from '../test/support/screen.ts';
import { root } from './tool.ts';

// Records docs/first-minutes.svg: the real program at a real pseudo-terminal, with the sample documents; only the
// model's words are written here, as a small local model gives them.
const COLUMNS = 100;
const LINES = 26;

/** By a word of the document, what the model answers. */
const ANSWERS: Record<string, object> = {
  Fennmoor: {
    title: 'Invoice FI-2026-0412 from Fennmoor Instruments',
    date: '2026-03-12',
    party: 'Fennmoor Instruments Ltd',
    amount: '€905.40',
    tags: ['invoice', 'anemometer', 'calibration'],
    summary: 'Calibration of three anemometers and a new bearing. €905.40 are due by 11 April 2026.',
  },
  Fernwärme: {
    title: 'Wartung der Fernwärme und neuer Grundpreis',
    date: '2026-05-04',
    tags: ['fernwärme', 'wartung', 'grundpreis'],
    summary: 'Die Fernwärme wird gewartet; der Grundpreis sinkt von 312,00 € auf 286,50 € im Jahr.',
  },
  'Why tide gauges': {
    title: 'Why tide gauges went quiet',
    date: '2026-02-21',
    party: 'The Breakwater Review',
    tags: ['tide gauge', 'maintenance'],
    summary: 'Gauges fell silent because nobody was left to clean them.',
  },
  '': {
    title: 'Pier mast planning meeting',
    date: '2026-03-17',
    tags: ['meeting', 'pier mast'],
    summary: 'The northern anemometer goes back on the mast; the worn seal is to be ordered by Friday.',
  },
};

interface Frame {
  lines: Piece[][];
  /** How long it is shown. */
  ms: number;
}

/** The terminal's palette on a dark ground. */
const PALETTE: Record<number, string> = {
  1: '#f47067',
  2: '#6bc46d',
  3: '#daaa3f',
  4: '#6cb6ff',
  6: '#56d4dd',
  8: '#768390',
};
const [WIDTH, HEIGHT, LINE] = [8.43, 19, 14] as const;

const home = await mkdtemp(join(tmpdir(), 'you-'));
const server = await startModelServer(async (prompt) => {
  await sleep(1500);
  return Object.entries(ANSWERS).find(([word]) => prompt.includes(word))?.[1] ?? {};
});
server.native = {
  models: [
    {
      type: 'llm',
      key: 'qwen3-4b',
      loaded_instances: [{ id: 'test-model', config: { context_length: 16_384 } }],
    },
  ],
};
try {
  const frames = await play();
  await writeFile(join(root, 'docs', 'first-minutes.svg'), svgOf(frames));
  console.log(`docs/first-minutes.svg: ${frames.length} frames`);
} finally {
  await server.stop();
  await rm(home, { recursive: true, force: true });
}

async function play(): Promise<Frame[]> {
  const inbox = join(home, 'Inbox');
  await mkdir(inbox);
  const samples = join(root, 'examples', 'recipes', 'inbox', 'sample');
  for (const [at, name] of (await readdir(samples)).filter((each) => !each.endsWith('.html')).entries()) {
    await copyFile(join(samples, name), join(inbox, name));
    await utimes(join(inbox, name), 1_700_000_000 - at, 1_700_000_000 - at);
  }
  const terminal = atTerminal(
    [process.execPath, join(root, 'bin', 'consciousness.js'), 'init', '--ports', String(server.port)],
    { env: { HOME: home }, cwd: home, columns: COLUMNS },
  );
  const frames: Frame[] = [{ lines: [[piece('$ consciousness init')]], ms: 1200 }];
  const take = (ms: number) => void frames.push({ lines: named(terminal.picture(LINES)), ms });
  const step = async (shown: RegExp, ms: number, keys: string) => {
    await terminal.shows(shown);
    take(ms);
    terminal.type(keys);
  };
  await step(/What is it to do first/, 2500, '\r');
  await step(/Which folder/, 1800, '\r');
  await step(/Where do notes go/, 1200, '\r');
  await step(/Create it/, 1000, 'y');
  await terminal.shows(/thinking with/);
  take(1500);
  await step(/Write these 3 notes/, 5000, 'y');
  await step(/Go on watching/, 2500, 'y');
  await server.stop();
  await copyFile(join(samples, 'quiet-tide-gauges.html'), join(inbox, 'tides.html'));
  await terminal.shows(/1 thought held/);
  take(3500);
  await server.start();
  await terminal.shows(/proposed +tides\.html[^\n]*\n$/);
  take(4000);
  terminal.type('\x03');
  await terminal.ended;
  return frames;
}

function piece(text: string): Piece {
  return { text, colour: null, bold: false, dim: false };
}

/** The temporary home as anybody's. */
function named(lines: Piece[][]): Piece[][] {
  return lines.map((line) =>
    line.map((each) => ({
      ...each,
      text: each.text.replaceAll(home, '/home/you').replaceAll('test-model', 'qwen3-4b'),
    })),
  );
}

/** Frames one after the other, for ever, without a script: each is visible for its share of the time. */
function svgOf(frames: readonly Frame[]): string {
  const all = frames.reduce((sum, { ms }) => sum + ms, 0);
  let at = 0;
  const groups = frames.map(({ lines, ms }, number) => {
    const [from, to] = [(at / all) * 100, ((at + ms) / all) * 100];
    at += ms;
    const off = '{opacity:0}';
    const keys = `@keyframes f${number}{0%,${from.toFixed(2)}%${off}${(from + 0.01).toFixed(2)}%,${(to - 0.01).toFixed(2)}%{opacity:1}${to.toFixed(2)}%,100%${off}}`;
    const style = `<style>${keys}#f${number}{opacity:0;animation:f${number} ${all}ms step-end infinite}</style>`;
    const text = lines.map(
      (line, row) =>
        `<text y="${(row + 1) * HEIGHT + 12}" xml:space="preserve">${line.map(spanOf).join('')}</text>`,
    );
    return `${style}<g id="f${number}">${text.join('')}</g>`;
  });
  const [width, height] = [COLUMNS * WIDTH + 32, (LINES + 1) * HEIGHT + 20];
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" font-family="ui-monospace,SFMono-Regular,Menlo,Consolas,monospace" font-size="${LINE}" fill="#cdd9e5"><title>The first minutes with Consciousness</title><rect width="100%" height="100%" rx="8" fill="#1c2128"/><g transform="translate(16 4)">${groups.join('\n')}</g></svg>\n`;
}

function spanOf({ text, colour, bold, dim }: Piece): string {
  const escaped = text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
  const style = [
    colour === null ? '' : ` fill="${PALETTE[colour] ?? '#cdd9e5'}"`,
    bold ? ' font-weight="bold"' : '',
    dim ? ' opacity="0.6"' : '',
  ].join('');
  return style === '' ? escaped : `<tspan${style}>${escaped}</tspan>`;
}
