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
import { secretsOf } from '../contract/config-webhook.ts';
import type { ConfigProblem } from '../contract/problem.ts';
import { advised } from './advised.ts';
import { inOrder } from './in-order.ts';
import { problemsOf } from './issues.ts';
import { type JsonSchema, schemaAt } from './json-schema.ts';
import { dotted, isMap, type KeyPath, valueAt } from './key-path.ts';
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
  const known = isMap(file.source.value) ? valueAt(file.source.value, ['providers']) : null;
  const layers = [
    assignmentLayer(fromFlags(question.flags ?? {}, schema)),
    assignmentLayer([...environment.assignments, ...anthropicKeys(known, question.env, ANTHROPIC_KEY)]),
    assignmentLayer([
      ...dotenv.assignments,
      ...anthropicKeys(known, dotenv.variables, `.env: ${ANTHROPIC_KEY}`),
    ]),
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
  const variables = { ...dotenv.variables, ...question.env };
  const config = assemble(parsed.data, resolved.paths, folders, variables);
  return { ok: true, config, sources: sourcesOf(parsed.data, layers), warnings: problems };
}

function assemble(
  values: ConfigValues,
  paths: ResolvedPaths,
  folders: Folders,
  variables: Readonly<Record<string, string | undefined>>,
): Config {
  const { watch_paths, ignore_patterns } = values.file_watcher;
  const roots = paths.roots.map(({ path: folder, index }) => {
    const root = watch_paths[index];
    const own = typeof root === 'object' ? root : { ignore_patterns: [], cloud: 'allow' as const };
    return {
      path: folder,
      ignorePatterns: [...ignore_patterns, ...own.ignore_patterns],
      ...(own.cloud === 'never' ? { cloud: own.cloud } : {}),
    };
  });
  const keys = [values.lm_studio, ...Object.values(values.providers)].map((each) => each.api_key ?? '');
  const given = Object.values(values.mcp_servers).flatMap((server) =>
    Object.values('command' in server ? server.env : server.headers),
  );
  const webhookKeys = keysOf(values.webhooks, variables);
  const webhooks = Object.values(values.webhooks).flatMap(secretsOf);
  const own = [...keys, ...Object.values(webhookKeys), ...webhooks];
  const secrets = [...new Set([...own, ...given.filter((value) => value.length >= 8)])].filter(
    (key) => key !== '' && key !== PLACEHOLDER,
  );
  const { outputRoots, database } = paths;
  return { values, folders, roots, outputRoots, database, secrets, webhookKeys };
}

function keysOf(
  webhooks: ConfigValues['webhooks'],
  variables: Readonly<Record<string, string | undefined>>,
): Record<string, string> {
  const keys = Object.entries(webhooks).flatMap(([name, { secret_env }]) => {
    const key = secret_env === undefined ? '' : (variables[secret_env]?.trim() ?? '');
    return key === '' ? [] : [[name, key] as const];
  });
  return Object.fromEntries(keys);
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

/** Where everybody keeps Claude's key. */
const ANTHROPIC_KEY = 'ANTHROPIC_API_KEY';

/** The key of every provider that speaks Anthropic's API, unless a variable of its own says another. */
function anthropicKeys(
  providers: unknown,
  variables: Readonly<Record<string, string | undefined>>,
  label: string,
): Assignment[] {
  const value = variables[ANTHROPIC_KEY]?.trim();
  if (!value || !isMap(providers)) return [];
  return Object.entries(providers)
    .filter(([, settings]) => isMap(settings) && settings['type'] === 'anthropic')
    .map(([name]) => ({
      path: ['providers', name, 'api_key'],
      value,
      origin: { file: label, line: null, column: null },
      label,
    }));
}

interface Dotenv {
  assignments: Assignment[];
  problems: ConfigProblem[];
  variables: Readonly<Record<string, string | undefined>>;
}

async function readDotenv(file: string, schema: JsonSchema, providers: readonly string[]): Promise<Dotenv> {
  const read = await readText(file);
  if (read.kind === 'absent') return { assignments: [], problems: [], variables: {} };
  if (read.kind === 'unusable') return { assignments: [], problems: [read.problem], variables: {} };
  const lines = read.text.split('\n');
  const lineOf = (name: string) =>
    lines.findIndex((line) => line.replace(/^\s*(export\s+)?/, '').startsWith(name));
  const variables = parseEnv(read.text);
  const settings = fromVariables(variables, {
    schema,
    providers,
    origin: (name) => ({ file, line: lineOf(name) + 1 || null, column: null }),
    label: (name) => `${file}: ${name}`,
    unknown: 'error',
  });
  if ((read.mode & 0o077) === 0) return { ...settings, variables };
  const facts = { file, line: null, column: null, key: '', nearest: null, severity: 'warning' } as const;
  const mode = (read.mode & 0o777).toString(8);
  const warning = {
    ...facts,
    value: mode,
    message: 'other users may read it',
    allowed: 'mode 600: chmod 600 .env',
  };
  return { ...settings, problems: [...settings.problems, warning], variables };
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
  return problemsOf(error, { input, schema, origin, refused }).map(advised);
}

function refused(at: KeyPath): string | null {
  const key = dotted(at.map((step) => (typeof step === 'number' ? '*' : step)));
  return CONFIG_NOT_IN_THIS_VERSION.some((each) => each === key) ? 'not in this version' : null;
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
