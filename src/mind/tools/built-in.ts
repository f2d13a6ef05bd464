import path from 'node:path';
import { fromFs } from '../../base/path-text.ts';
import { secretIn } from '../../base/secrets.ts';
import type { RootConfig } from '../../contract/config.ts';
import { sanitise } from '../prompt.ts';
import type { Tool, ToolResult, ToolRun } from './tool.ts';

/** What the built-in tools may look at. Paths are absolute path texts. */
export interface Surroundings {
  roots(): readonly RootConfig[];
  /** IANA name, or `system`. */
  timezone(): string;
  now(): number;
  /** Values that must not leave this machine, with what each is. */
  secrets(): ReadonlyMap<string, string>;
  /** The text of a file whose real path is inside the root; why not, where it cannot be read. */
  readText(file: string, root: RootConfig, signal: AbortSignal): Promise<ToolResult>;
  /** What is in a folder whose real path is inside the root; null where it is none. */
  listFolder(folder: string, root: RootConfig): Promise<ListedEntry[] | null>;
}

export interface ListedEntry {
  name: string;
  isFolder: boolean;
  /** Bytes. */
  size: number;
  /** Epoch ms. */
  modified: number;
}

/** Entries of a folder that a model is told of. */
const MOST_ENTRIES = 200;
/** Characters of a file that one call returns; more by `from`. */
const PIECE = 16_000;

/** The tools that come with the program: they look, and change nothing. */
export function builtInTools(around: Surroundings): Tool[] {
  return [now(around), listFiles(around), readFile(around)];
}

function now({ now: clock, timezone }: Surroundings): Tool {
  return {
    effect: 'none',
    spec: { name: 'now', description: 'The present date, time and weekday.', parameters: { properties: {} } },
    async run() {
      const zone = timezone();
      const format = new Intl.DateTimeFormat('en-GB', {
        dateStyle: 'full',
        timeStyle: 'long',
        ...(zone === 'system' ? {} : { timeZone: zone }),
      });
      const at = new Date(clock());
      return { ok: true, text: `${format.format(at)} (${at.toISOString()})` };
    },
  };
}

function listFiles({ roots, listFolder }: Surroundings): Tool {
  return {
    effect: 'reads',
    spec: {
      name: 'list_files',
      description: 'Lists a watched folder. Without a folder: the watched folders themselves.',
      parameters: {
        properties: { folder: { type: 'string', description: 'A watched folder, or one inside it.' } },
      },
    },
    async run({ folder }, { local }) {
      const open = readable(roots(), local);
      if (typeof folder !== 'string' || folder.trim() === '')
        return { ok: true, text: open.map((root) => `${root.path}/`).join('\n') || 'no folder is watched' };
      const [found, entries] = await firstOf(placesOf(folder, open), (place) =>
        listFolder(place.path, place.root),
      );
      if (found === null) return outside(folder, open);
      if (entries === null) return { ok: false, text: `${found.path} is not a folder that can be listed` };
      const shown = entries.toSorted((a, b) => b.modified - a.modified).slice(0, MOST_ENTRIES);
      const more = entries.length - shown.length;
      const lines = shown.map(({ name, isFolder, size, modified }) =>
        isFolder ? `${name}/` : `${name}\t${size} bytes\t${new Date(modified).toISOString()}`,
      );
      return { ok: true, text: [...lines, ...(more > 0 ? [`and ${more} more`] : [])].join('\n') || 'empty' };
    },
  };
}

function readFile({ roots, readText, secrets }: Surroundings): Tool {
  return {
    effect: 'reads',
    spec: {
      name: 'read_file',
      description: `The text of a file in a watched folder, ${PIECE} characters at a time.`,
      parameters: {
        properties: {
          path: { type: 'string', description: 'Absolute, or relative to a watched folder.' },
          from: { type: 'integer', minimum: 0, description: 'The first character, from 0.' },
        },
        required: ['path'],
      },
    },
    async run({ path: asked, from }, { local, signal }: ToolRun) {
      const open = readable(roots(), local);
      const places = placesOf(String(asked), open);
      let trouble: ToolResult = { ok: false, text: '' };
      const [found, read] = await firstOf(places, async (place) => {
        const came = await readText(place.path, place.root, signal);
        if (!came.ok) trouble = came;
        return came.ok ? came : null;
      });
      if (found === null) return outside(String(asked), open);
      if (read === null) return trouble;
      // All of it, not the piece: a key without its first line is still one.
      const secret = local ? null : secretIn(sanitise(read.text), secrets());
      if (secret !== null) return { ok: false, text: `${found.path} is not read: it holds ${secret}` };
      const start = typeof from === 'number' ? from : 0;
      const piece = read.text.slice(start, start + PIECE);
      const left = read.text.length - start - piece.length;
      return {
        ok: true,
        text: left > 0 ? `${piece}\n[${left} characters more: from ${start + PIECE}]` : piece,
      };
    },
  };
}

/** What a model elsewhere must not see is not there for it. */
function readable(roots: readonly RootConfig[], local: boolean): RootConfig[] {
  return roots.filter(({ cloud }) => local || cloud !== 'never');
}

interface Place {
  path: string;
  root: RootConfig;
}

/** Where a path may lie by its spelling: a relative one in any folder. That it really does is for whoever opens it. */
function placesOf(asked: string, roots: readonly RootConfig[]): Place[] {
  if (asked.includes('\0')) return [];
  const text = asked.trim();
  const tried = text.startsWith('/') ? [text] : roots.map((root) => `${root.path}/${text}`);
  return tried.flatMap((each) => {
    const normal = fromFs(path.posix.normalize(each)).replace(/(.)\/+$/, '$1');
    const root = roots.find(({ path: top }) => normal === top || normal.startsWith(`${top}/`));
    return root === undefined ? [] : [{ path: normal, root }];
  });
}

/** The first place at which something is found, and what; else the last that was looked at. */
async function firstOf<T>(
  places: readonly Place[],
  look: (place: Place) => Promise<T | null>,
): Promise<[Place | null, T | null]> {
  let last: Place | null = null;
  for (const place of places) {
    last = place;
    const found = await look(place);
    if (found !== null) return [place, found];
  }
  return [last, null];
}

function outside(asked: string, roots: readonly RootConfig[]): ToolResult {
  const where = roots.map((root) => root.path).join(', ') || 'none';
  return { ok: false, text: `${asked} is in no watched folder; there are: ${where}` };
}
