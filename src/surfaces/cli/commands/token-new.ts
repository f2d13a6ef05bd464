import { open, unlink } from 'node:fs/promises';
import { resolve } from 'node:path';
import { CodedError, EXIT, messageOf, systemCode } from '../../../base/errors.ts';
import type { HttpView } from '../../../contract/http-view.ts';
import type { NewTokenView } from '../../../contract/token-view.ts';
import { type Command, type Context, textOption } from '../command.ts';
import { ago } from '../phrases.ts';
import { printWrapped } from '../wrap.ts';

export const command: Command = {
  name: 'token new',
  arguments: [
    { name: 'name', summary: 'what it is for; it is revoked by this name', required: true, many: false },
  ],
  options: [
    { flags: '--act', summary: 'it may also change things; else it may only look' },
    {
      flags: '--expires <duration>',
      summary: 'for so long only: 12h, 90d (at most 365d; default: until it is revoked)',
    },
    { flags: '--file <path>', summary: 'into a new file of mode 0600, instead of on standard output' },
  ],
  examples: [
    {
      line: 'consciousness token new prometheus --file ~/.config/prometheus/consciousness.token',
      does: 'A token that may look, for `bearer_token_file`.',
    },
    {
      line: 'TOKEN=$(consciousness token new script --act --expires 30d)',
      does: 'Standard output is the token and nothing else.',
    },
  ],
  exitCodes: { 0: 'made', 1: 'there is one of this name already, or the file is there already' },
  json: 'NewToken: the token, id, name, kind, scopes, createdAt, usedAt, expiresAt, expired',
  async run(context, [name = ''], options) {
    const expires = textOption(options, 'expires');
    const file = textOption(options, 'file');
    const make = async () =>
      (await context.client()).newToken({
        name,
        act: options['act'] === true,
        ...(expires === undefined ? {} : { expires }),
      });
    const made = file === undefined ? await make() : await intoFile(resolve(context.cwd, file), make);
    const { token, ...rest } = made;
    if (context.json) context.out.json(file === undefined ? made : rest);
    else if (file === undefined) context.out.line(token);
    const { http } = await (await context.client()).status();
    tell(context, made, file, http);
    return EXIT.ok;
  },
};

/** The file is made first: where it cannot be, no token is made that nobody has. */
async function intoFile(path: string, make: () => Promise<NewTokenView>): Promise<NewTokenView> {
  const file = await open(path, 'wx', 0o600).catch((cause: unknown) => {
    const why = systemCode(cause) === 'EEXIST' ? 'something is there already' : messageOf(cause);
    throw new CodedError('file-not-made', `the file for the token cannot be made: ${why}`, {
      value: path,
      allowed:
        systemCode(cause) === 'EEXIST' ? 'a file that is not there yet' : 'a path that you may write to',
      exitCode: EXIT.failed,
      cause,
    });
  });
  try {
    const made = await make();
    await file.writeFile(`${made.token}\n`);
    return made;
  } catch (error) {
    await unlink(path);
    throw error;
  } finally {
    await file.close();
  }
}

function tell(
  { err, clock, line }: Context,
  made: NewTokenView,
  file: string | undefined,
  http: HttpView,
): void {
  const may = made.scopes.includes('act') ? 'may look and change things' : 'may look';
  const until = made.expiresAt === null ? 'when it is revoked' : ago(made.expiresAt, clock.now());
  err.line(['green', 'made'], `  ${made.name}: it ${may}, and ends ${until}.`);
  err.line('  ', file === undefined ? 'It is not shown again.' : `It is in ${file}, and shown nowhere.`);
  if (http.url !== null) err.line('  use:    ', `curl -H "Authorization: Bearer …" ${http.url}/v1/status`);
  else printWrapped(err, 4, '  ', ['yellow', 'no port'], `  ${http.problem ?? 'http.port is off'}`);
  err.line('  revoke: ', line(`token revoke ${made.name}`));
}
