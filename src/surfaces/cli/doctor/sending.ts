import { constants } from 'node:fs';
import { access } from 'node:fs/promises';
import path from 'node:path';
import type { Config } from '../../../contract/config.ts';
import type { Rule, RuleOutput } from '../../../contract/rule.ts';
import type { Context } from '../command.ts';
import { type Finding, ok, warn } from './finding.ts';

/** What outputs need that leave the disk: a desktop, receivers that can be found, programs. */
export async function sendingFindings(
  context: Context,
  config: Config,
  rules: readonly Rule[],
  isFast: boolean,
): Promise<Finding[]> {
  const outputs = rules.flatMap((rule) => rule.outputs);
  const findings = await Promise.all([
    outputs.some(({ kind }) => kind === 'notify') ? notifyFinding(context) : [],
    ...namesOf(outputs, ({ to }) => to).map((name) => webhookFindings(name, config, context, isFast)),
    ...namesOf(outputs, ({ argv }) => argv?.[0]).map((program) => commandFinding(program, context)),
  ]);
  return findings.flat();
}

function namesOf(outputs: readonly RuleOutput[], name: (output: RuleOutput) => string | undefined): string[] {
  return [...new Set(outputs.flatMap((output) => name(output) ?? []))].sort();
}

/** Nothing else is held up by it: what cannot be shown is denied, and its thought is done. */
async function notifyFinding({ env, platform }: Context): Promise<Finding> {
  const program = { linux: 'notify-send', darwin: 'osascript' }[String(platform)];
  if (program === undefined)
    return warn('notify', `rules notify, and ${platform} has no notifications that we know`, null);
  if (!(await isInPath(program, env)))
    return warn(
      'notify',
      `rules notify, and there is no ${program} here: nothing is shown`,
      program === 'notify-send' ? 'apt install libnotify-bin, or the package libnotify' : null,
    );
  const { SESSION } = await import('../../../outputs/send/notify.ts');
  if (platform === 'linux' && SESSION.every((name) => env[name] === undefined))
    return warn(
      'notify',
      `rules notify, and this shell has no desktop session; what counts is whether the daemon has one`,
      'start the daemon within the session',
    );
  return ok('notify', `${program} shows notifications`);
}

async function webhookFindings(
  name: string,
  { values, webhookKeys, folders }: Config,
  { clock }: Context,
  isFast: boolean,
): Promise<Finding[]> {
  const settings = values.webhooks[name];
  if (settings === undefined) return [];
  const { secret_env: variable, url, allow_private } = settings;
  if (variable !== undefined && webhookKeys[name] === undefined)
    return [
      warn(
        'webhook',
        `${name}: ${variable} is not set, so nothing is sent there`,
        `${variable}=… in ${folders.config}/.env, then chmod 600 it`,
      ),
    ];
  if (isFast) return [];
  const [{ destinationOf }, { lookup }] = await Promise.all([
    import('../../../outputs/send/destination.ts'),
    import('../../../base/lookup.ts'),
  ]);
  const found = await destinationOf(new URL(url), allow_private, lookup, clock);
  return [
    found.ok
      ? ok('webhook', `${name} is found, and may be sent to`)
      : warn('webhook', `${name}: ${found.reason}`, `webhooks.${name} in ${folders.configFile}`),
  ];
}

async function commandFinding(program: string, { env }: Context): Promise<Finding> {
  return (await isInPath(program, env))
    ? ok('command', `${program} is there`)
    : warn('command', `${program} is not in the PATH of this shell: what runs it is held`, null);
}

async function isInPath(program: string, env: Context['env']): Promise<boolean> {
  const folders = program.includes('/') ? [''] : (env['PATH'] ?? '').split(path.delimiter);
  const found = await Promise.all(
    folders.map((folder) =>
      access(path.join(folder, program), constants.X_OK).then(
        () => true,
        () => false,
      ),
    ),
  );
  return found.includes(true);
}
