import type { FileStat } from '../../contract/event.ts';
import { FIELDS } from './stat.ts';

/** The index rows of a root: what was last handed over of each file, by slot. */
export interface Rows<Owner> {
  readonly size: number;
  add(owner: Owner, name: string, stat: FileStat, hash: bigint): number;
  /** Takes the next row of the columns it was made with; all of them before anything is added. */
  adopt(owner: Owner, name: string): number;
  set(slot: number, stat: FileStat, hash: bigint): void;
  /** Gives a row to another owner and name: its file was moved. */
  move(slot: number, owner: Owner, name: string): void;
  remove(slot: number): void;
  owner(slot: number): Owner | undefined;
  name(slot: number): string;
  stat(slot: number): FileStat;
  /** xxh64; 0n = not hashed yet. */
  hash(slot: number): bigint;
  difference(slot: number, stat: FileStat): Difference;
  /** Whether a row says the same as the file number `at` of these columns: a scan asks for every file. */
  holds(slot: number, stats: Float64Array, at: number): boolean;
  /** Slots of at most so many rows, evenly spread. */
  sample(most: number): number[];
  /** Device of some row; null where there are none. */
  anyDevice(): number | null;
  /** Slots of rows with this device and inode; more than one where there are hard links. */
  withInode(dev: number, ino: number): number[];
}

/** `device`: nothing but the device number differs, as after a restart that numbered the devices anew. */
export type Difference = 'same' | 'device' | 'changed';

const EMPTY = -1;
const DELETED = -2;

/**
 * Rows as columns: 56 bytes of numbers a file and no object, so that 100,000 files cost what they must.
 * The columns it is made with are taken as they are, not copied. Inodes are found through an open-addressing
 * table of slots (4 bytes an entry, at most half full), made when the first is looked for.
 */
export function createRows<Owner>(
  stats: Float64Array = new Float64Array(0),
  hashes: BigUint64Array = new BigUint64Array(0),
): Rows<Owner> {
  let columns = stats;
  let contents = hashes;
  const owners: (Owner | undefined)[] = [];
  const names: string[] = [];
  const free: number[] = [];
  let size = 0;
  let table = new Int32Array(0);
  let used = 0;

  function home(dev: number, ino: number): number {
    const mixed =
      Math.imul(ino | 0, 0x9e3779b1) ^
      Math.imul((ino / 2 ** 32) | 0, 0x85ebca6b) ^
      Math.imul(dev | 0, 0xc2b2ae35);
    return (mixed ^ (mixed >>> 15)) & (table.length - 1);
  }

  function enlist(slot: number): void {
    if (table.length === 0) return;
    if (used * 2 >= table.length) {
      rebuild();
      return;
    }
    let at = home(columns[slot * FIELDS] ?? 0, columns[slot * FIELDS + 1] ?? 0);
    while ((table[at] ?? EMPTY) >= 0) at = (at + 1) & (table.length - 1);
    if (table[at] === EMPTY) used += 1;
    table[at] = slot;
  }

  function delist(slot: number): void {
    if (table.length === 0) return;
    let at = home(columns[slot * FIELDS] ?? 0, columns[slot * FIELDS + 1] ?? 0);
    while (table[at] !== slot) {
      if (table[at] === EMPTY) return;
      at = (at + 1) & (table.length - 1);
    }
    table[at] = DELETED;
  }

  /** From all rows. Also forgets the marks of deleted entries, which lengthen every probe. */
  function rebuild(): void {
    let length = 16;
    while (length < (size + 1) * 4) length *= 2;
    table = new Int32Array(length).fill(EMPTY);
    used = 0;
    for (const [slot, owner] of owners.entries()) if (owner !== undefined) enlist(slot);
  }

  function write(slot: number, stat: FileStat, hash: bigint): void {
    const at = slot * FIELDS;
    columns[at] = stat.dev;
    columns[at + 1] = stat.ino;
    columns[at + 2] = stat.birth;
    columns[at + 3] = stat.size;
    columns[at + 4] = stat.mtime;
    columns[at + 5] = stat.ctime;
    contents[slot] = hash;
  }

  function reserve(slots: number): void {
    if (slots <= contents.length) return;
    const room = Math.max(slots, Math.ceil(contents.length * 1.5), 64);
    const widerColumns = new Float64Array(room * FIELDS);
    widerColumns.set(columns);
    columns = widerColumns;
    const widerContents = new BigUint64Array(room);
    widerContents.set(contents);
    contents = widerContents;
  }

  return {
    get size() {
      return size;
    },
    add(owner, name, stat, hash) {
      const slot = free.pop() ?? owners.length;
      reserve(slot + 1);
      owners[slot] = owner;
      names[slot] = name;
      write(slot, stat, hash);
      enlist(slot);
      size += 1;
      return slot;
    },
    adopt(owner, name) {
      const slot = owners.length;
      owners.push(owner);
      names.push(name);
      size += 1;
      return slot;
    },
    set(slot, stat, hash) {
      const same = columns[slot * FIELDS] === stat.dev && columns[slot * FIELDS + 1] === stat.ino;
      if (!same) delist(slot);
      write(slot, stat, hash);
      if (!same) enlist(slot);
    },
    move(slot, owner, name) {
      owners[slot] = owner;
      names[slot] = name;
    },
    remove(slot) {
      delist(slot);
      owners[slot] = undefined;
      names[slot] = '';
      free.push(slot);
      size -= 1;
    },
    owner: (slot) => owners[slot],
    name: (slot) => names[slot] ?? '',
    stat(slot) {
      const at = slot * FIELDS;
      const field = (offset: number) => columns[at + offset] ?? 0;
      return {
        dev: field(0),
        ino: field(1),
        birth: field(2),
        size: field(3),
        mtime: field(4),
        ctime: field(5),
      };
    },
    hash: (slot) => contents[slot] ?? 0n,
    difference(slot, stat) {
      const at = slot * FIELDS;
      if (
        columns[at + 5] !== stat.ctime ||
        columns[at + 4] !== stat.mtime ||
        columns[at + 3] !== stat.size ||
        columns[at + 1] !== stat.ino ||
        columns[at + 2] !== stat.birth
      )
        return 'changed';
      return columns[at] === stat.dev ? 'same' : 'device';
    },
    holds(slot, stats, at) {
      const ours = slot * FIELDS;
      const theirs = at * FIELDS;
      for (let field = 0; field < FIELDS; field += 1) {
        if (columns[ours + field] !== stats[theirs + field]) return false;
      }
      return true;
    },
    sample(most) {
      const found: number[] = [];
      const step = Math.max(1, Math.floor(owners.length / most));
      for (let slot = 0; slot < owners.length && found.length < most; slot += step)
        if (owners[slot] !== undefined) found.push(slot);
      return found;
    },
    anyDevice() {
      const slot = owners.findIndex((owner) => owner !== undefined);
      return slot < 0 ? null : (columns[slot * FIELDS] ?? null);
    },
    withInode(dev, ino) {
      if (table.length === 0) rebuild();
      const found: number[] = [];
      for (let at = home(dev, ino); table[at] !== EMPTY; at = (at + 1) & (table.length - 1)) {
        const slot = table[at] ?? EMPTY;
        if (slot >= 0 && columns[slot * FIELDS] === dev && columns[slot * FIELDS + 1] === ino)
          found.push(slot);
      }
      return found;
    },
  };
}
