import type { Clock } from '../base/clock.ts';
import type { Log } from '../base/log.ts';
import type { Random } from '../base/random.ts';
import type { EventData } from '../contract/event-data.ts';
import type { LiveEvent } from '../contract/live-event.ts';
import type { PlannedOutput, PlanRequest } from '../contract/output.ts';
import type { Provider } from '../contract/provider.ts';
import type { Rule } from '../contract/rule.ts';
import type { ClaimedThought } from '../store/operations/claim.ts';
import type { Store } from '../store/store.ts';
import type { CloudGate } from './cloud.ts';
import type { HealthMonitor } from './health.ts';
import type { EnterCall } from './lane.ts';
import type { AttemptTold } from './report.ts';
import type { Experience } from './room.ts';
import type { Tool } from './tools/tool.ts';

/** What thinking touches. */
export interface ThinkContext extends Omit<CloudGate, 'timezone'> {
  store: Store;
  clock: Clock;
  random: Random;
  log: Log;
  health: HealthMonitor;
  owner: string;
  timezone: string;
  experience: Experience;
  live(event: LiveEvent): void;
  /** Asked anew for each thought: the configuration may have changed. */
  providers(): ReadonlyMap<string, Provider>;
  /** Waits for a slot of a provider. */
  enterCall(provider: Provider): EnterCall;
  /** It makes no more calls: another thought may be claimed in its place. */
  asked(): void;
  /** An attempt is over, and how it went is recorded. */
  onAttempt(attempt: AttemptTold): void;
  /** Makes sure of the hold on the thought, where time has jumped. */
  sure(): Promise<void>;
  /** Makes exact outputs of an answer; throws a CodedError where the rule's templates or roots forbid it. */
  plan(request: PlanRequest): Promise<PlannedOutput[]>;
  /** The event as the rule sees it. */
  dataFor(rule: Rule, data: EventData): EventData;
  /** What the rule lets a model call. */
  toolsFor(rule: Rule, signal: AbortSignal): Promise<readonly Tool[]>;
  /** Why what an event tells does not leave this machine; null = the rule decides. */
  staysHere(data: EventData): string | null;
}

/** A claimed thought with everything it needs to be thought. */
export interface Assignment {
  thought: ClaimedThought;
  data: EventData;
  rule: Rule;
  /** Of the model that its rule goes to just now; what the thought itself needs may choose another one. */
  provider: Provider;
  model: string;
  maxRetries: number;
}
