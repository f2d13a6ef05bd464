import {
  appendFileSync,
  copyFileSync,
  existsSync,
  mkdtempSync,
  renameSync,
  rmSync,
  truncateSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Clock, systemClock } from '../../../src/base/clock.ts';
import type { Happening } from '../../../src/contract/happening.ts';
import { createFollower } from '../../../src/senses/logs/follower.ts';
import type { Follower, LogRule } from '../../../src/senses/logs/port.ts';

/** A log in a temporary folder, rotated as loggers do it. */
export class LogFile {
  readonly folder = mkdtempSync(join(tmpdir(), 'log-'));
  readonly path = join(this.folder, 'app.log');

  write(text: string): void {
    appendFileSync(this.path, text);
  }

  /** Renames it; with `create` a new one is there at once. */
  rename(create = true): void {
    this.shift();
    if (existsSync(this.path)) renameSync(this.path, `${this.path}.1`);
    if (create) this.write('');
  }

  copyAndTruncate(): void {
    if (!existsSync(this.path)) return;
    this.shift();
    copyFileSync(this.path, `${this.path}.1`);
    truncateSync(this.path, 0);
  }

  truncate(): void {
    if (existsSync(this.path)) truncateSync(this.path, 0);
  }

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }

  private shift(): void {
    let last = 1;
    while (existsSync(`${this.path}.${last}`)) last += 1;
    for (; last > 1; last -= 1) renameSync(`${this.path}.${last - 1}`, `${this.path}.${last}`);
  }
}

/** A follower that is asked by hand, on a clock that is set, with what it told and where it would go on. */
export class Followed {
  readonly happenings: Happening[] = [];
  readonly on: LogRule;
  time = 1_000_000;
  cursor: string | null = null;
  follower: Follower;
  private readonly dedups = new Set<string>();
  private readonly clock: Clock;

  constructor(path: string, more: Partial<LogRule> = {}) {
    this.on = {
      rule: 'r',
      path,
      match: null,
      ignore: null,
      begins: null,
      gatherMs: 2000,
      most: 1000,
      ...more,
    };
    this.clock = { ...systemClock, now: () => this.time, monotonic: () => this.time };
    this.follower = this.start();
  }

  private start(): Follower {
    return createFollower({ on: this.on, clock: this.clock, cursor: this.cursor });
  }

  /** One look; what it gives is made durable unless the process dies before. Returns whether it gave something. */
  async look(survives = true): Promise<boolean> {
    const { percept, again } = await this.follower.look();
    if (percept === null) return again === 0;
    if (!survives) return true;
    const { happening, cursor } = percept;
    // As the journal does it: a dedup key that is known is nothing new.
    if (happening && !this.dedups.has(happening.dedup)) {
      this.dedups.add(happening.dedup);
      this.happenings.push(happening);
    }
    this.cursor = cursor.value;
    this.follower.accepted();
    return true;
  }

  /** Looks until nothing comes for a minute. */
  async settle(): Promise<void> {
    for (let quiet = 0; quiet < 60; ) {
      if (await this.look()) quiet = 0;
      else {
        this.time += 1000;
        quiet += 1;
      }
    }
  }

  /** The process dies and is started again. */
  async restart(): Promise<void> {
    await this.follower.close();
    this.follower = this.start();
  }

  texts(): string[] {
    return this.happenings.map(({ text }) => text);
  }

  lines(): string[] {
    return this.texts().flatMap((text) => text.split('\n'));
  }

  close(): Promise<void> {
    return this.follower.close();
  }
}
