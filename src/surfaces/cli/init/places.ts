import { mkdir, stat } from 'node:fs/promises';
import { homedir } from 'node:os';
import { resolve } from 'node:path';
import { CodedError, EXIT, systemCode } from '../../../base/errors.ts';
import { toFs } from '../../../base/path-text.ts';
import { isWithin, resolveUserPath } from '../../../config/user-path.ts';
import type { Survey } from '../../daemon.ts';
import type { Context } from '../command.ts';
import { count } from '../phrases.ts';
import type { Ask } from './ask.ts';

/** More files than this are only watched if that is really wanted. */
const MANY_FILES = 200_000;

/** A folder for the configuration: as it is written there, and as absolute path text. */
export interface Place {
  written: string;
  path: string;
}

/** What was given on the command line, and what is proposed. */
interface FoldersQuestion {
  given: { watch: string | undefined; notes: string | undefined };
  initial: { watch: string; notes: string };
}

/** Asks which folder is to be watched, counts what is in it, and asks where notes go. */
export async function chooseFolders(
  ask: Ask,
  { given, initial }: FoldersQuestion,
  context: Context,
): Promise<{ watch: Place; notes: Place; survey: Survey }> {
  let survey: Survey = { files: 0, folders: 0, more: false, unreadable: 0, newest: [] };
  const watch = await choosePlace(
    ask,
    {
      message: 'Which folder is to be watched?',
      given: given.watch,
      initial: initial.watch,
      async check(place) {
        survey = await checkWatched(place, ask, context);
      },
    },
    context,
  );
  const notes = await choosePlace(
    ask,
    {
      message: 'Where do notes go?',
      given: given.notes,
      initial: initial.notes,
      check: (place) => checkNotes(place, ask, context),
    },
    context,
  );
  return { watch, notes, survey };
}

/** Asks for a folder until one can be used; what is given on the command line is taken or refused. */
async function choosePlace(
  ask: Ask,
  question: {
    message: string;
    given: string | undefined;
    initial: string;
    check: (place: Place) => Promise<void>;
  },
  context: Context,
): Promise<Place> {
  for (let { given } = question; ; given = undefined) {
    const typed = given ?? (await ask.text(question.message, question.initial));
    try {
      const place = placeOf(typed, context);
      await question.check(place);
      return place;
    } catch (error) {
      if (!ask.isPerson || given !== undefined || !(error instanceof CodedError)) throw error;
      if (error.exitCode === 130) throw error;
      context.out.line(['red', 'no'], `: ${error.message}`, error.allowed ? ` (${error.allowed})` : '');
    }
  }
}

function placeOf(typed: string, { cwd }: Context): Place {
  const home = homedir();
  const text = typed.trim();
  const absolute = text.startsWith('~') ? text : resolve(cwd, text);
  const resolved = resolveUserPath(absolute, home);
  if (text === '' || !resolved.ok) {
    throw refused(
      typed,
      text === '' ? 'no folder' : resolved.ok ? '' : resolved.message,
      'a folder such as ~/Inbox',
    );
  }
  const { path } = resolved;
  // Liquid and YAML have a meaning for these, and a configuration is text.
  if (/[{}\\]/.test(path))
    throw refused(
      typed,
      'its name has a character that a configuration cannot hold',
      'a name without { } and \\',
    );
  return { written: writtenOf(path), path };
}

/** A folder as a person writes it: path text, with ~ for the home folder. */
export function writtenOf(path: string): string {
  const home = homedir();
  return isWithin(path, home) && path !== home ? `~${path.slice(home.length)}` : path;
}

/** Refuses what must not be watched, and asks about what is unusual: a folder that is not there, the home folder. */
async function checkWatched(place: Place, ask: Ask, context: Context): Promise<Survey> {
  const { path } = place;
  if (path === '/')
    throw refused(
      path,
      'everything there is: system files would be thought about',
      'one folder, such as ~/Inbox',
    );
  await offerToMake(place, ask, context);
  if (path === homedir())
    await sure(ask, `${path} is your whole home folder. Really watch all of it?`, path, '--watch ~/Inbox');
  const counted = await context.survey({
    folder: path,
    most: MANY_FILES,
    onCount: (files) =>
      context.out.status(['dim', `counting ${path}: ${files.toLocaleString('en-US')} files`]),
    signal: context.signal,
  });
  context.out.status();
  if (counted.more) {
    const many = `${path} holds more than ${MANY_FILES.toLocaleString('en-US')} files`;
    await sure(ask, `${many}. Really watch all of it?`, path, 'a smaller folder');
  }
  const unreadable =
    counted.unreadable > 0 ? `; ${count(counted.unreadable, 'folder')} in it cannot be read` : '';
  context.out.line('  ', [
    'dim',
    `${count(counted.files, 'file')} in ${count(counted.folders, 'folder')}${unreadable}; they stay as they are`,
  ]);
  return counted;
}

/** A folder that notes may be written into. */
async function checkNotes(place: Place, ask: Ask, context: Context): Promise<void> {
  if (place.path === '/') throw refused(place.path, 'not a place for notes', 'a folder such as ~/Notes');
  await offerToMake(place, ask, context);
}

async function offerToMake({ path, written }: Place, ask: Ask, { out }: Context): Promise<void> {
  try {
    const found = await stat(toFs(path));
    if (!found.isDirectory()) throw refused(path, 'it is a file', 'a folder');
  } catch (error) {
    if (error instanceof CodedError) throw error;
    if (systemCode(error) !== 'ENOENT') throw unreachable(path, error);
    await sure(ask, `There is no folder ${written}. Create it?`, path, 'a folder that is there');
    try {
      await mkdir(toFs(path), { recursive: true });
      // Who was asked knows it.
      if (!ask.isPerson) out.line('  ', ['green', 'made'], `   ${path}`);
    } catch (cause) {
      throw unreachable(path, cause);
    }
  }
}

async function sure(ask: Ask, message: string, path: string, allowed: string): Promise<void> {
  if (!(await ask.confirm(message, !ask.isPerson || message.endsWith('Create it?'))))
    throw refused(path, 'not that one, then', allowed);
}

function refused(value: string, message: string, allowed: string): CodedError {
  return new CodedError('place-refused', message, { value, allowed, exitCode: EXIT.usage });
}

function unreachable(path: string, cause: unknown): CodedError {
  return new CodedError(
    'place-unreachable',
    `${path} cannot be used: ${systemCode(cause) ?? 'unknown reason'}`,
    {
      value: path,
      allowed: 'a folder that you may read and write',
      exitCode: EXIT.config,
      cause,
    },
  );
}
