import { systemClock } from '../base/clock.ts';
import { CodedError, EXIT, messageOf } from '../base/errors.ts';
import { createLog, type Log } from '../base/log.ts';
import { createSystemRandom } from '../base/random.ts';
import { withTaskGroup } from '../base/task-group.ts';
import type { Config, Folders } from '../contract/config.ts';
import type { LiveEvent } from '../contract/live-event.ts';
import type { FilesSense } from '../senses/files/sense.ts';
import { createKeeper } from '../store/keeper.ts';
import type { Loss } from '../store/record-file.ts';
import type { Opening } from '../store/recover.ts';
import type { Store } from '../store/store.ts';
import type { RunOptions } from '../surfaces/daemon.ts';
import { packageVersion } from '../surfaces/version.ts';
import type { Announcements } from './announce.ts';
import { createConfiguration } from './configuration.ts';
import { runHouse } from './house.ts';

export interface LifeOptions extends Omit<RunOptions, 'onReady' | 'onLive'>, Announcements {
  folders: Folders;
  config: Config;
  /** The configuration's fingerprint before it was loaded. */
  since: string;
  env: Readonly<Record<string, string | undefined>>;
  homedir: string;
  store: Store;
  opened: Promise<Opening>;
  /** Looks around already. */
  sense: FilesSense;
  /** Aborts, with the reason, when the store is lost. */
  lost: AbortSignal;
  /** Says that it is. */
  lose(error: Error): void;
}

/** Lives with a log and a store until asked to stop; how it ended. */
export async function live(options: LifeOptions): Promise<{ code: number; reason: string }> {
  const { folders, config, store, env, flags, homedir, lost } = options;
  // One that was replaced stays secret: what is under way may still name it.
  const secrets = new Set<string>();
  let inForce = () => config;
  const log = openLog(config, () => {
    for (const secret of inForce().secrets) secrets.add(secret);
    return [...secrets];
  });
  const reopen = () => log.reopen();
  const tellLost = () => log.critical('store lost', { error: lost.reason });
  process.on('SIGHUP', reopen);
  lost.addEventListener('abort', tellLost);
  try {
    const opening = await options.opened;
    try {
      const base = { clock: systemClock, random: createSystemRandom(), log };
      const configuration = await createConfiguration(config, store, {
        ...base,
        folders,
        env,
        flags,
        homedir,
      });
      inForce = configuration.config;
      const version = packageVersion();
      log.info('daemon starting', { version, pid: process.pid, state: folders.state });
      const keeper = createKeeper({ ...base, path: config.database, opening, onDamaged: options.lose });
      tellLoss(opening.loss, log, options.live);
      const house = {
        ...options,
        ...base,
        environment: env,
        keeper,
        losses: opening.losses,
        configuration,
        version,
      };
      await withTaskGroup(lost, (group) => runHouse(group, house), { name: 'daemon', clock: systemClock });
      // The house ends in order also when the store breaks under it; that is no stop which anybody asked for.
      lost.throwIfAborted();
      log.info('daemon stopped');
      return { code: EXIT.ok, reason: 'stopped' };
    } finally {
      await store.close();
    }
  } catch (error) {
    // What the stages say when it breaks under them is not the cause.
    if (lost.reason instanceof CodedError) throw lost.reason;
    if (error instanceof CodedError) {
      if (error.code === 'store-unavailable')
        log.error('database takes no changes', { reason: error.message });
      throw error;
    }
    log.critical('daemon ended', { error });
    return { code: EXIT.internal, reason: `the daemon ended: ${messageOf(error)} (see ${folders.logs})` };
  } finally {
    process.off('SIGHUP', reopen);
    log.close();
  }
}

/** A lost database is never gone over in silence. */
function tellLoss(loss: Loss | null, log: Log, live: (event: LiveEvent) => void): void {
  if (loss === null) return;
  const { at, from, reason, quarantine } = loss;
  const since = from === null ? null : new Date(from).toISOString();
  log.critical('database lost', {
    reason,
    quarantine,
    restored: since,
    ...(from ? { gapMs: at - from } : {}),
  });
  const instead =
    since === null
      ? 'an empty one took its place'
      : `the backup of ${since} took its place; what was recorded after it is gone`;
  const message = `the database was damaged (${reason}): ${instead}; the damaged one is in ${quarantine}`;
  live({ type: 'problem', at: new Date(at).toISOString(), message });
}

function openLog(config: Config, secrets: () => readonly string[]): Log {
  return createLog({
    level: config.values.log_level,
    file: { path: `${config.folders.logs}/consciousness.log` },
    // On a terminal the CLI shows what happens; whoever asks for DEBUG wants the log itself.
    pretty: config.values.log_level === 'DEBUG' && process.stderr.isTTY === true,
    secrets,
  });
}
