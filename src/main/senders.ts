import type { Clock } from '../base/clock.ts';
import { lookup } from '../base/lookup.ts';
import type { Senders } from '../outputs/output.ts';
import { createCommand } from '../outputs/send/command.ts';
import { createNotify } from '../outputs/send/notify.ts';
import { createWebhook } from '../outputs/send/webhook.ts';
import type { Configuration } from './configuration.ts';

export interface SendersOptions {
  configuration: Pick<Configuration, 'config'>;
  environment: Readonly<Record<string, string | undefined>>;
  clock: Clock;
  version: string;
  /** Values that must not leave this machine, with what each is. */
  secrets(): ReadonlyMap<string, string>;
}

/** How outputs leave the disk, as the configuration in force allows it. */
export function sendersOf(options: SendersOptions): Senders {
  const { configuration, environment, clock, version, secrets } = options;
  const { platform } = process;
  return {
    notify: createNotify({ environment, platform, clock }),
    webhook: createWebhook({
      webhooks: () => configuration.config().values.webhooks,
      keys: () => configuration.config().webhookKeys,
      ...{ secrets, clock, version, lookup },
    }),
    command: createCommand({
      allowed: () => configuration.config().values.commands === 'allow',
      ...{ environment, clock },
    }),
  };
}
