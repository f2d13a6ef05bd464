import type { Percepts } from '../contract/happening.ts';
import type { Rule } from '../contract/rule.ts';
import type { SenseHealth } from '../contract/status-view.ts';

/**
 * One sense: perceives the world and hands over batches until its signal aborts. A batch is journaled
 * whole, with the sense's cursor, in one transaction; only then is it accepted and the next one awaited,
 * so a slow journal makes a sense gather, never lose.
 */
export interface Sense<Batch> {
  perceive(signal: AbortSignal): AsyncIterable<Perception<Batch>>;
  health(): SenseHealth;
}

export interface Perception<Batch> {
  batch: Batch;
  /** Call once the batch is durable. A batch never accepted is perceived again after a restart. */
  accept(): void;
}

/** A sense that perceives what the rules in force ask for. */
export interface RuledSense extends Sense<Percepts> {
  /** These rules are in force from now on; called before `perceive`, and whenever they change. */
  heed(rules: readonly Rule[]): void;
}

/** The cursors that were last journaled, by name: where a sense goes on. */
export type Cursors = ReadonlyMap<string, string>;
