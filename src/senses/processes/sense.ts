import { createBell } from '../../base/bell.ts';
import type { Clock } from '../../base/clock.ts';
import { messageOf, systemCode } from '../../base/errors.ts';
import type { Happening, Measured, Percepts } from '../../contract/happening.ts';
import type { ProcessFacts } from '../../contract/process.ts';
import type { Rule } from '../../contract/rule.ts';
import type { SenseHealth } from '../../contract/status-view.ts';
import { isPassing, PASSES_AFTER } from '../files/trouble.ts';
import type { Cursors, Perception, RuledSense } from '../sense.ts';
import { howItEnded } from './exit.ts';
import { measure } from './measure.ts';
import { createProcessReader } from './open.ts';
import type { Ended, ProcessReader } from './reader.ts';
import { exited, started } from './tell.ts';
import { childrenOf } from './tree.ts';
import {
  beginWatch,
  cursorName,
  cursorOf,
  isAboutChanges,
  isCursorName,
  ruleOfCursor,
  type Watch,
  type Watched,
} from './watch.ts';

export interface ProcessesSenseOptions {
  clock: Clock;
  cursors: Cursors;
  /** Default: the one for this system. */
  open?(clock: Clock): Promise<ProcessReader>;
}

/** How often everything is read: conditions are about this, and what the looks in between have missed is found. */
export const SNAPSHOT_EVERY_MS = 5000;
/** Younger ones are told by the looks, which know who is still a copy of its parent. */
const YOUNG_MS = 1000;
/** A longer time than between two looks of ours. */
const LOOKED_LATELY_MS = 2000;
const WHILE_DOWN = 'exited while the daemon did not run';

/** Perceives the processes that rules are about: that they start and end, and what they use. */
export function createProcessesSense(options: ProcessesSenseOptions): RuledSense {
  const { clock, open = createProcessReader } = options;
  const cursors = new Map([...options.cursors].filter(([name]) => isCursorName(name)));
  const heeded = createBell();
  let watches: Watch[] = [];
  let latest: readonly ProcessFacts[] = [];
  let killed: number | null = null;
  let unseen = 0;
  let trouble = '';
  let snapshotAt = Number.NEGATIVE_INFINITY;
  let lookedAt = Number.NEGATIVE_INFINITY;
  // What is to be handed over next. It outlives a look that could not be finished, as do the watches.
  let told: Happening[] = [];
  let measured: Measured[] = [];
  /** Rules whose cursors are other ones now. */
  const moved = new Set<string>();

  const watchedOf = (): ProcessFacts[] => {
    const all = new Map<string, ProcessFacts>();
    for (const { there } of watches)
      for (const { facts } of there?.values() ?? []) all.set(facts.identity, facts);
    return [...all.values()];
  };

  /** Those of `seen` that a watch did not know are there from now on. */
  async function meet(watch: Watch, seen: readonly ProcessFacts[], of: ProcessReader): Promise<void> {
    const { rule, on, matcher } = watch;
    const isFirst = watch.there === null;
    const there = watch.there ?? new Map<string, Watched>();
    if (isFirst) moved.add(rule);
    watch.there = there;
    for (const facts of matcher.among(seen)) {
      if (facts.status === 'zombie' || there.has(facts.identity)) continue;
      const children = childrenOf(facts.pid, latest).length;
      if (!isFirst && on.changes.includes('started')) {
        const parent = latest.find(({ pid }) => pid === facts.parent)?.name ?? null;
        const connections = (await of.connectionsOf([facts.pid])).get(facts.pid)?.length ?? null;
        told.push(started({ rule, on, facts, parent, children, connections, at: clock.now() }));
      }
      there.set(facts.identity, { facts, mostMemoryMb: facts.memoryMb, children });
      moved.add(rule);
    }
  }

  function part({ rule, on, there }: Watch, { identity }: Pick<Ended, 'identity'>, exit: string): void {
    const watched = there?.get(identity);
    if (watched === undefined) return;
    if (on.changes.includes('exited')) told.push(exited({ rule, on, watched, exit, at: clock.now() }));
    there?.delete(identity);
    moved.add(rule);
  }

  /** Figures of those that are there; who is not among all has ended. */
  function refresh({ there }: Watch, all: ReadonlyMap<string, ProcessFacts>): Ended[] {
    const ended: Ended[] = [];
    for (const [identity, watched] of there ?? []) {
      const facts = all.get(identity);
      if (facts === undefined || facts.status === 'zombie') ended.push({ identity, exitCode: null });
      else there?.set(identity, refreshed(watched, facts));
    }
    return ended;
  }

  function refreshed({ mostMemoryMb }: Watched, facts: ProcessFacts): Watched {
    return {
      facts,
      mostMemoryMb: Math.max(mostMemoryMb, facts.memoryMb),
      children: childrenOf(facts.pid, latest).length,
    };
  }

  async function look(of: ProcessReader): Promise<void> {
    const found = await of.look(watchedOf());
    const now = clock.monotonic();
    // After a sleep of the machine, or of ours, everything has come and gone.
    if (now - lookedAt < LOOKED_LATELY_MS) unseen += found.unseen;
    lookedAt = now;
    const killedNow = found.ended.length > 0 ? of.killedForMemory() : null;
    for (const watch of watches) {
      if (watch.there === null) continue;
      for (const ended of found.ended)
        part(watch, ended, howItEnded({ ...ended, killedBefore: killed, killedNow }));
      await meet(watch, found.came, of);
    }
  }

  async function snapshot(of: ProcessReader): Promise<void> {
    const isFirst = latest.length === 0;
    latest = await of.snapshot();
    const at = clock.now();
    const killedNow = of.killedForMemory();
    const all = new Map(latest.map((facts) => [facts.identity, facts]));
    const old = isFirst ? latest : latest.filter((facts) => at - facts.started >= YOUNG_MS);
    measured = [];
    for (const watch of watches) {
      if (isAboutChanges(watch)) {
        const isNew = watch.there === null;
        for (const each of refresh(watch, all))
          part(watch, each, isFirst ? WHILE_DOWN : howItEnded({ ...each, killedBefore: killed, killedNow }));
        await meet(watch, isNew ? latest : old, of);
      }
      if (watch.on.when !== undefined) measured.push(await measure(watch, latest, of, at));
      watch.matcher.forgetOthers(latest);
    }
    killed = killedNow;
  }

  async function advance(of: ProcessReader): Promise<void> {
    const isDue = clock.monotonic() - snapshotAt >= SNAPSHOT_EVERY_MS;
    // Where a look is a snapshot itself, one of the two is enough.
    const looks = watches.some(isAboutChanges) && (!isDue || of.lookEveryMs < SNAPSHOT_EVERY_MS);
    if (looks && latest.length > 0) await look(of);
    if (!isDue) return;
    snapshotAt = clock.monotonic();
    await snapshot(of);
  }

  function handOver(): Percepts {
    const byRule = new Map(watches.map((watch) => [watch.rule, watch]));
    const percepts = {
      happenings: told,
      measured,
      cursors: [...moved].map((rule) => {
        const watch = byRule.get(rule);
        return watch === undefined ? { name: cursorName(rule), value: null } : cursorOf(watch);
      }),
    };
    [told, measured] = [[], []];
    moved.clear();
    return percepts;
  }

  /** How long until the next look, in milliseconds. */
  function pace(of: ProcessReader): number {
    const untilSnapshot = Math.max(0, snapshotAt + SNAPSHOT_EVERY_MS - clock.monotonic());
    if (trouble !== '') return PASSES_AFTER;
    return watches.some(isAboutChanges) ? Math.min(of.lookEveryMs, untilSnapshot) : untilSnapshot;
  }

  async function* follow(reader: ProcessReader, signal: AbortSignal): AsyncGenerator<Perception<Percepts>> {
    while (!signal.aborted) {
      // What comes and goes while no rule asks is nobody's business.
      if (watches.length === 0) latest = [];
      else {
        try {
          await advance(reader);
          trouble = '';
        } catch (error) {
          if (!isPassing(systemCode(error) ?? '')) throw error;
          trouble = messageOf(error);
        }
      }
      if (told.length + measured.length + moved.size > 0) yield { batch: handOver(), accept: () => {} };
      await heeded.wait(watches.length === 0 ? Number.POSITIVE_INFINITY : pace(reader), signal);
    }
  }

  return {
    heed(rules) {
      const before = new Map(watches.map((watch) => [watch.rule, watch]));
      watches = rules.flatMap(({ name, on }: Rule) => {
        if (on.process === undefined) return [];
        const fresh = beginWatch(name, on.process, cursors.get(cursorName(name)));
        const known = before.get(name);
        const isSame = known?.wish === fresh.wish && isAboutChanges(known) === isAboutChanges(fresh);
        return [isSame ? { ...known, on: on.process } : fresh];
      });
      const about = new Set(watches.filter(isAboutChanges).map(({ rule }) => rule));
      for (const rule of [...before.keys(), ...[...cursors.keys()].map(ruleOfCursor)])
        if (!about.has(rule)) moved.add(rule);
      // What they say is in the watches now, which know more from here on.
      cursors.clear();
      snapshotAt = Number.NEGATIVE_INFINITY;
      heeded.ring();
    },
    async *perceive(signal): AsyncGenerator<Perception<Percepts>> {
      const reader = await open(clock);
      try {
        yield* follow(reader, signal);
      } finally {
        reader.close();
      }
    },
    health: (): SenseHealth => ({ name: 'processes', roots: [], ...conditionOf() }),
  };

  function conditionOf(): Pick<SenseHealth, 'state' | 'detail'> {
    if (watches.length === 0) return { state: 'ok', detail: 'idle: no rule is about processes' };
    if (trouble !== '') return { state: 'degraded', detail: `cannot look: ${trouble}; tried again` };
    if (latest.length === 0) return { state: 'starting', detail: '' };
    const slow = watches.filter(({ matcher }) => matcher.isTooSlow()).map(({ rule }) => rule);
    const missed = unseen === 0 ? '' : `; up to ${unseen} came and went between two looks`;
    const rules = `${watches.length} rule${watches.length === 1 ? '' : 's'}`;
    const detail = `${latest.length} processes, ${rules}${missed}`;
    if (slow.length === 0) return { state: 'ok', detail };
    return {
      state: 'degraded',
      detail: `the regular expression of ${slow.join(', ')} takes too long; ${detail}`,
    };
  }
}
