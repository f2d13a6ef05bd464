import type { Config } from '../../../contract/config.ts';
import type { HttpView } from '../../../contract/http-view.ts';
import type { TokenRow } from '../../../store/operations/tokens.ts';
import type { Context } from '../command.ts';
import { ago, count } from '../phrases.ts';
import { type Finding, ok, warn } from './finding.ts';

/** What nobody has used for so long is nobody's any more. */
const UNUSED_MS = 90 * 24 * 60 * 60 * 1000;

/** Who is let in over the port, and whether it is ours. `http`: what the running daemon says; null where none runs. */
export async function accessFindings(
  context: Context,
  config: Config,
  http: HttpView | null,
): Promise<Finding[]> {
  const { peek } = await import('../../../store/peek.ts');
  // That the database cannot be looked at is told elsewhere.
  const tokens = (await peek(config.database, 'tokens', undefined).catch(() => null)) ?? [];
  const own = tokens.filter(({ kind }) => kind === 'token');
  const sessions = tokens.length - own.length;
  const counted = `${count(own.length, 'token')}, ${count(sessions, 'session')} of the dashboard`;
  return [
    ok('tokens', tokens.length === 0 ? 'none, so no port is open' : counted),
    ...own.flatMap((token) => tokenFindings(context, token)),
    ...(tokens.length === 0 ? [] : await portFindings(context, config, http)),
  ];
}

function tokenFindings({ clock, line }: Context, token: TokenRow): Finding[] {
  const now = clock.now();
  const revoke = line(`token revoke ${token.name}`);
  const iso = (at: number) => new Date(at).toISOString();
  if (token.expiresAt !== null && token.expiresAt <= now)
    return [warn('token', `${token.name} is over since ${iso(token.expiresAt)}`, revoke)];
  const last = token.usedAt ?? token.createdAt;
  if (now - last < UNUSED_MS) return [];
  const since =
    token.usedAt === null ? `was never used, made ${ago(iso(last), now)}` : `was used ${ago(iso(last), now)}`;
  return [warn('token', `${token.name} ${since}`, revoke)];
}

async function portFindings(context: Context, { values }: Config, http: HttpView | null): Promise<Finding[]> {
  const { port } = values.http;
  if (port === 'off')
    return [warn('port', 'http.port is off, so nobody is let in with a token', 'set http.port')];
  if (http?.state === 'listening') return [ok('port', `${http.url}, for this machine only`)];
  const other = await listenerOn(port, context);
  if (other === null && http?.problem == null) return [];
  const by = other === null ? '' : ` (${other} listens on ${port})`;
  const detail = http?.problem ?? `the port ${port} is taken`;
  return [warn('port', `${detail}${by}`, 'set http.port in config.yaml to a port that is free')];
}

/** The program that listens on a port of this machine, as far as it may be told; null where none is seen. */
async function listenerOn(port: number, { lookAtProcesses, signal }: Context): Promise<string | null> {
  const { processes } = await lookAtProcesses({ tree: false, connections: true, signal });
  const found = processes.find(({ connections }) =>
    connections?.some(({ local, state }) => state === 'listen' && local.endsWith(`:${port}`)),
  );
  return found === undefined ? null : `${found.name}, pid ${found.pid},`;
}
