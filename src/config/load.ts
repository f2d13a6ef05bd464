import os from 'node:os';
import path from 'node:path';
import { parseEnv } from 'node:util';
import type * as z from 'zod';
import {
  CONFIG_NOT_IN_THIS_VERSION,
  type Config,
  type ConfigValues,
  configSchema,
  DEFAULT_DATABASE,
  type Folders,
} from '../contract/config.ts';
import type { ConfigProblem } from '../contract/problem.ts';
import { advised } from './advised.ts';
import { inOrder } from './in-order.ts';
import { problemsOf } from './issues.ts';
import { type JsonSchema, schemaAt } from './json-schema.ts';
import { dotted, isMap, type KeyPath } from './key-path.ts';
import { type Assignment, assignmentLayer, deciding, fileLayer, has, type Layer, merge } from './layer.ts';
import { readText } from './read-text.ts';
import { type ResolvedPaths, resolveConfig } from './resolve.ts';
import { configJsonSchema } from './schema.ts';
import { PLACEHOLDER, secretsInFile } from './secret-in-file.ts';
import { coerce, fromVariables } from './variables.ts';
import { parseYaml, type YamlSource } from './yaml-source.ts';

export interface ConfigQuestion {
  folders: Folders;
  /** The environment; only this argument is ever looked at. */
  env: Readonly<Record<string, string | undefined>>;
  /** Dotted keys from the command line: `{ log_level: 'DEBUG' }`; texts are coerced as in variables. */
  flags?: Readonly<Record<string, unknown>>;
  /** Default: this user's. */
  homedir?: string;
}

export type ConfigLoad =
  | {
      ok: true;
      config: Config;
      /** Of every dotted key, where its value came from: `default`, a file and line, a variable. */
      sources: Map<string, string>;
      warnings: ConfigProblem[];
    }
  | { ok: false; problems: ConfigProblem[] };

/**
 * The configuration: the command line over the environment over `.env` beside `config.yaml` over `config.yaml`
 * over the defaults. No other file is read. All problems at once; a missing file is no problem.
 */
export async function loadConfig(question: ConfigQuestion): Promise<ConfigLoad> {
  const schema = configJsonSchema();
  const homedir = question.homedir ?? os.homedir();
  const file = await readConfigFile(question.folders.configFile);
  const providers = isMap(file.source.value) ? namesIn(file.source.value['providers']) : [];
  const dotenv = await readDotenv(path.posix.join(question.folders.config, '.env'), schema, providers);
  const environment = fromVariables(question.env, {
    schema,
    providers,
    origin: (name) => ({ file: name, line: null, column: null }),
    label: (name) => name,
    unknown: 'warning',
  });
  const layers = [
    assignmentLayer(fromFlags(question.flags ?? {}, schema)),
    assignmentLayer(environment.assignments),
    assignmentLayer(dotenv.assignments),
    fileLayer(file.source, question.folders.configFile),
  ];
  const problems = [
    ...file.problems,
    ...secretsInFile(file.source, question.folders.configFile),
    ...dotenv.problems,
    ...environment.problems,
  ];
  const origin = (at: KeyPath, part: 'key' | 'value') =>
    deciding(layers, at)?.origin(at, part) ?? { file: question.folders.configFile, line: null, column: null };
  const input = merge(layers.map((layer) => layer.value));
  const parsed = configSchema.safeParse(input);
  if (!parsed.success) problems.push(...validationProblems(parsed.error, input, schema, origin));
  const { folders } = question;
  const resolved = resolveConfig({
    input: merge([input, { db_path: DEFAULT_DATABASE }]),
    folders,
    homedir,
    origin,
  });
  // What a broken file says about roots and providers is not known, so nothing is said about them.
  if (!file.broken) problems.push(...resolved.problems);
  const failed = file.broken || problems.some((problem) => problem.severity === 'error');
  if (!parsed.success || failed) return { ok: false, problems: inOrder(problems) };
  const config = assemble(parsed.data, resolved.paths, folders);
  return { ok: true, config, sources: sourcesOf(parsed.data, layers), warnings: problems };
}

function assemble(values: ConfigValues, paths: ResolvedPaths, folders: Folders): Config {
  const { watch_paths, ignore_patterns } = values.file_watcher;
  const roots = paths.roots.map(({ path: folder, index }) => {
    const root = watch_paths[index];
    const own = typeof root === 'object' ? root.ignore_patterns : [];
    return { path: folder, ignorePatterns: [...ignore_patterns, ...own] };
  });
  const keys = [values.lm_studio, ...Object.values(values.providers)].map((each) => each.api_key ?? '');
  const secrets = [...new Set(keys)].filter((key) => key !== '' && key !== PLACEHOLDER);
  const { outputRoots, database } = paths;
  return { values, folders, roots, outputRoots, database, secrets };
}

type OriginOf = Parameters<typeof resolveConfig>[0]['origin'];

interface ConfigFile {
  source: YamlSource;
  problems: ConfigProblem[];
  broken: boolean;
}

async function readConfigFile(file: string): Promise<ConfigFile> {
  const nothing: YamlSource = { value: {}, place: () => null, textPlace: () => null };
  const broken = (problems: ConfigProblem[]): ConfigFile => ({ source: nothing, problems, broken: true });
  const read = await readText(file);
  if (read.kind === 'absent') return { source: nothing, problems: [], broken: false };
  if (read.kind === 'unusable') return broken([read.problem]);
  const { source, problems } = parseYaml(read.text, file);
  if (problems.length > 0) return broken(problems);
  // An editor or a full disk leaves an empty file behind; somebody who wants the defaults removes it.
  const message = read.text.trim() === '' ? 'empty' : 'not a map of keys and values';
  // A file of comments is a map without keys.
  if (message !== 'empty' && (source.value === null || isMap(source.value)))
    return { source, problems, broken: false };
  const facts = {
    file,
    line: 1,
    column: 1,
    key: '',
    value: undefined,
    nearest: null,
    severity: 'error',
  } as const;
  return broken([
    { ...facts, message, allowed: 'key: value, a line each; or no file at all for the defaults' },
  ]);
}

async function readDotenv(
  file: string,
  schema: JsonSchema,
  providers: readonly string[],
): Promise<{ assignments: Assignment[]; problems: ConfigProblem[] }> {
  const read = await readText(file);
  if (read.kind === 'absent') return { assignments: [], problems: [] };
  if (read.kind === 'unusable') return { assignments: [], problems: [read.problem] };
  const lines = read.text.split('\n');
  const lineOf = (name: string) =>
    lines.findIndex((line) => line.replace(/^\s*(export\s+)?/, '').startsWith(name));
  const settings = fromVariables(parseEnv(read.text), {
    schema,
    providers,
    origin: (name) => ({ file, line: lineOf(name) + 1 || null, column: null }),
    label: (name) => `${file}: ${name}`,
    unknown: 'error',
  });
  if ((read.mode & 0o077) === 0) return settings;
  const facts = { file, line: null, column: null, key: '', nearest: null, severity: 'warning' } as const;
  const mode = (read.mode & 0o777).toString(8);
  const warning = {
    ...facts,
    value: mode,
    message: 'other users may read it',
    allowed: 'mode 600: chmod 600 .env',
  };
  return { ...settings, problems: [...settings.problems, warning] };
}

function fromFlags(flags: Readonly<Record<string, unknown>>, schema: JsonSchema): Assignment[] {
  return Object.entries(flags)
    .filter(([, value]) => value !== undefined)
    .map(([key, value]) => {
      const at = key.split('.');
      const coerced = typeof value === 'string' ? coerce(value, schemaAt(schema, at) ?? {}) : null;
      return {
        path: at,
        value: coerced?.ok ? coerced.value : value,
        origin: { file: 'the command line', line: null, column: null },
        label: 'the command line',
      };
    });
}

function validationProblems(
  error: z.ZodError,
  input: unknown,
  schema: JsonSchema,
  origin: OriginOf,
): ConfigProblem[] {
  const problems = problemsOf(error, { input, schema, origin, refused }).map(advised);
  const gone = problems.filter((each) => each.message === NOT_YET && each.key.endsWith('.type'));
  const parents = gone.map((each) => each.key.slice(0, -'type'.length));
  // A provider of a type that is not there yet has other keys: to list them all would hide the one reason.
  return problems.filter(
    (each) => gone.includes(each) || !parents.some((parent) => each.key.startsWith(parent)),
  );
}

const NOT_YET = 'not in this version';

function refused(at: KeyPath, value: unknown): string | null {
  const types: readonly unknown[] = CONFIG_NOT_IN_THIS_VERSION.providerTypes;
  if (at.length === 3 && at[0] === 'providers' && at[2] === 'type' && types.includes(value)) return NOT_YET;
  const key = dotted(at.map((step) => (typeof step === 'number' ? '*' : step)));
  return CONFIG_NOT_IN_THIS_VERSION.keys.some((each) => each === key) ? NOT_YET : null;
}

function sourcesOf(values: unknown, layers: readonly Layer[]): Map<string, string> {
  const sources = new Map<string, string>();
  const walk = (value: unknown, at: KeyPath) => {
    if (isMap(value) && Object.keys(value).length > 0) {
      for (const [key, item] of Object.entries(value)) walk(item, [...at, key]);
    } else sources.set(dotted(at), layers.find((layer) => has(layer.value, at))?.label(at) ?? 'default');
  };
  walk(values, []);
  return sources;
}

function namesIn(value: unknown): string[] {
  return isMap(value) ? Object.keys(value) : [];
}
