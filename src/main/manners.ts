import { createBell } from '../base/bell.ts';
import type { Clock } from '../base/clock.ts';
import type { Log } from '../base/log.ts';
import type { Config } from '../contract/config.ts';
import type { Manners } from '../contract/manners.ts';
import type { Rule } from '../contract/rule.ts';
import { type NotNow, type Presence, whyNotNow } from '../queue/manners.ts';
import type { Configuration } from './configuration.ts';

const MINUTE_MS = 60_000;

/** How often it is looked whether somebody is there; sooner where something is known to end, but not much. */
const EVERY_MS = MINUTE_MS;
const AT_MOST_EVERY_MS = 30_000;

export interface MannersWatch {
  /** Why manners, the rule's or everybody's, do not let a rule think now; null = they do. */
  notNow(rule: Rule): NotNow | null;
  /** Rules or configuration are other ones now. */
  heed(): void;
  /** Looks again and again, for as long as any manners ask for it. */
  run(signal: AbortSignal): Promise<void>;
}

export interface MannersWatchOptions {
  clock: Clock;
  log: Pick<Log, 'warning'>;
  configuration: Pick<Configuration, 'config' | 'rules'>;
  presence(): Promise<Presence>;
  /** Other rules may think than before. */
  onChange(): void;
}

/** Knows which rules may think by the hour, by the power and by whether somebody is there. */
export function createMannersWatch(options: MannersWatchOptions): MannersWatch {
  const { clock, log, configuration, presence, onChange } = options;
  const bell = createBell();
  /** As last looked; null = not yet, or not while nobody asked. */
  let seen: Presence | null = null;
  /** Good for a minute: it is asked at every claim, and when hours begin takes 0.1 ms to find. */
  let answers: Answers = { minute: 0, seen, config: null, byVersion: new Map() };

  const everybodys = () => configuration.config().values.only;
  const mannersInForce = () => [everybodys(), ...configuration.rules().map(({ only = {} }) => only)];
  const verdicts = () => configuration.rules().map((rule) => notNow(rule));

  function notNow({ version, only = {} }: Rule): NotNow | null {
    const config = configuration.config();
    const minute = Math.floor(clock.now() / MINUTE_MS);
    if (answers.minute !== minute || answers.seen !== seen || answers.config !== config)
      answers = { minute, seen, config, byVersion: new Map() };
    const known = answers.byVersion.get(version);
    if (known !== undefined) return known;
    const answer = ask(everybodys()) ?? ask(only);
    answers.byVersion.set(version, answer);
    return answer;
  }

  function ask(manners: Manners): NotNow | null {
    if (seen === null && asksForPresence(manners)) return { reason: 'it is not known yet who is there' };
    const { timezone } = configuration.config().values;
    return whyNotNow(manners, { ...(seen ?? NOBODY_LOOKED), now: clock.now(), timezone });
  }

  async function look(): Promise<void> {
    if (!mannersInForce().some(asksForPresence)) {
      seen = null;
      return;
    }
    try {
      seen = await presence();
    } catch (error) {
      log.warning('presence unreadable', { error });
      seen = NOBODY_LOOKED;
    }
  }

  return {
    notNow,
    heed: () => bell.ring(),
    async run(signal) {
      let before = '';
      while (!signal.aborted) {
        await look();
        const now = verdicts();
        const reasons = JSON.stringify(now.map((each) => each?.reason ?? ''));
        if (reasons !== before) onChange();
        before = reasons;
        const next = Math.min(...now.map((each) => (each?.until ?? Number.POSITIVE_INFINITY) - clock.now()));
        await bell.wait(Math.min(EVERY_MS, Math.max(AT_MOST_EVERY_MS, next)), signal);
      }
    },
  };
}

interface Answers {
  minute: number;
  seen: Presence | null;
  config: Config | null;
  byVersion: Map<string, NotNow | null>;
}

const NOBODY_LOOKED: Presence = { onAc: null, idleMs: null };

function asksForPresence({ onAc, idleMs }: Manners): boolean {
  return onAc !== undefined || idleMs !== undefined;
}
