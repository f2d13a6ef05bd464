import * as z from 'zod';
import { mcpServer } from './config-mcp.ts';
import { lmStudio, provider } from './config-providers.ts';
import { webhook } from './config-webhook.ts';
import { duration } from './duration.ts';
import { mannersSchema } from './manners.ts';

/** Level names of the log, least to most severe; any case in configuration. */
export const LOG_LEVELS = ['DEBUG', 'INFO', 'WARNING', 'ERROR', 'CRITICAL'] as const;

/** Name of the database where `db_path` says nothing else. */
export const DEFAULT_DATABASE = 'consciousness.db';

// A schema's title is the phrase that says what is allowed, where its type and bounds do not say it.
const modelName = z
  .string()
  .regex(/^[a-z][a-z0-9_-]*\/.+$/i, 'not provider/model')
  .meta({ title: 'provider/model, such as lmstudio/local-model' });
const path = z.string().min(1).meta({ title: 'an absolute path, or one that begins with ~/' });
const patterns = z.array(z.string().min(1));

const root = z.union([
  path,
  z.strictObject({
    path: path.describe('The folder.'),
    ignore_patterns: patterns.default([]).describe('More gitignore patterns, for this folder only.'),
    cloud: z
      .enum(['never', 'allow'])
      .default('allow')
      .describe('`never`: what is in it does not leave this machine, whatever a rule says.'),
  }),
]);

const entryName = z
  .string()
  .regex(/^[a-z][a-z0-9_-]*$/, 'not a name')
  .meta({ title: 'lower-case letters, digits, _ and -, beginning with a letter' });

/** How long something is kept, as people write it. */
const period = z
  .string()
  .regex(/^(forever|\d{1,6}(\.\d{1,6})?[hdw])$/, 'not a period')
  .meta({ title: 'hours, days or weeks, such as 12h, 7d or 4w, or forever' });

const retention = z.strictObject({
  captured: period.default('7d').describe('The texts that thoughts were about.'),
  thoughts: period
    .default('7d')
    .describe('Working data of thoughts: prompts and raw answers. The answers themselves stay.'),
  undo: period.default('30d').describe('The bytes that outputs wrote and replaced.'),
  journal: period
    .default('90d')
    .describe('Events that no thought is about, and thoughts that ended without an answer.'),
  vitals: period
    .default('7d')
    .describe('Every reading of the vitals; what becomes of them by the hour is kept for a year.'),
  memory: z
    .literal('forever', { error: 'not in this version' })
    .default('forever')
    .describe('Nothing is remembered in this version but answers, and those stay.'),
});

/** Milliseconds of a `retention` period; null = for ever. */
export function periodMs(text: string): number | null {
  if (text === 'forever') return null;
  const unit = { h: 1, d: 24, w: 168 }[text.at(-1) ?? 'h'] ?? 1;
  return Number(text.slice(0, -1)) * unit * 60 * 60 * 1000;
}

/** The whole configuration: names, defaults and bounds. The JSON Schema and docs/configuration.md come out of it. */
export const configSchema = z.strictObject({
  lm_studio: lmStudio.prefault({}).describe('LM Studio, the provider `lmstudio`.'),
  providers: z
    .record(
      z
        .string()
        .regex(/^[a-z][a-z0-9_-]*$/, 'not a provider name')
        .meta({ title: 'lower-case letters, digits, _ and -, beginning with a letter' }),
      provider,
    )
    .default({})
    .describe('More providers, by name.'),
  default_models: z
    .array(modelName)
    .min(1)
    .default(['lmstudio/local-model'])
    .describe('For rules that name none. `builtin/extract` needs no model server.'),
  embeddings: z
    .strictObject({
      model: modelName
        .optional()
        .describe('A provider and its model for embeddings; omitted: none are made.'),
      batch: z.int().min(1).max(256).default(16).describe('Texts in one request.'),
    })
    .prefault({})
    .describe('Vectors of texts.'),
  mcp_servers: z
    .record(entryName, mcpServer)
    .default({})
    .describe('MCP servers whose tools rules on requests may name, as `server/tool`.'),
  timezone: z
    .string()
    .min(1)
    .default('system')
    .meta({ title: 'system, or an IANA name such as Europe/Berlin' })
    .describe('For dates in templates.'),
  file_watcher: z
    .strictObject({
      watch_paths: z
        .array(root)
        .default([])
        .describe('Folders to watch: a path, or a path with its own `ignore_patterns`.'),
      ignore_patterns: patterns
        .default(['.git', '__pycache__'])
        .describe('gitignore patterns, for every folder.'),
      debounce_seconds: z
        .number()
        .min(0.1)
        .max(10)
        .default(1)
        .describe('The longest that a burst of changes to one path is gathered.'),
    })
    .prefault({})
    .describe('The files sense.'),
  output_roots: z
    .array(path)
    .default([])
    .describe('Folders that outputs may write beneath; nothing is ever written elsewhere.'),
  db_path: z
    .string()
    .min(1)
    .default(DEFAULT_DATABASE)
    .meta({ title: 'a file name in the state directory, or an absolute path' })
    .describe('The database.'),
  log_level: z
    .string()
    .meta({ title: 'DEBUG, INFO, WARNING, ERROR or CRITICAL, in any case' })
    .transform((level) => level.toUpperCase())
    .pipe(z.enum(LOG_LEVELS))
    .prefault('INFO')
    .describe('The least severe log lines that are kept.'),
  vitals: z
    .strictObject({
      every: duration
        .prefault('60s')
        .pipe(z.number().min(1000, 'shorter than 1 s').max(3_600_000, 'longer than 1 h'))
        .describe('How often they are looked at.'),
    })
    .prefault({})
    .describe("The machine's vitals."),
  only: mannersSchema.prefault({}).describe('When anything may be thought; what comes at other times waits.'),
  http: z
    .strictObject({
      port: z
        .union([z.int().min(1024).max(65_535), z.literal('off')])
        .default(4747)
        .meta({ title: 'a port from 1024 to 65535, or off' })
        .describe('On 127.0.0.1 only, and only while there is a token: `consciousness token new`.'),
    })
    .prefault({})
    .describe('The API for programs and pages on this machine; the command line needs no port.'),
  webhooks: z
    .record(entryName, webhook)
    .default({})
    .describe('Where rules may send answers, by name: the only addresses that they can name.'),
  commands: z
    .enum(['never', 'allow'])
    .default('never')
    .describe('Whether outputs of rules may run programs.'),
  traces: z
    .strictObject({
      content: z
        .enum(['never', 'allow'])
        .default('never')
        .describe('`allow`: OpenTelemetry spans hold prompts, answers and paths, too.'),
    })
    .prefault({})
    .describe('What is told to an OpenTelemetry SDK, where one is loaded.'),
  proposals: z
    .strictObject({
      expire: period.default('7d').describe('A proposal that nobody decided on by then is denied.'),
    })
    .prefault({})
    .describe('Outputs that wait for a person.'),
  retention: retention
    .prefault({})
    .describe('How long things are kept after their thought was done, dead or cancelled.'),
  store: z
    .literal('sqlite', { error: 'not in this version' })
    .default('sqlite')
    .describe('Where thoughts are kept.'),
});

/** Keys that DESIGN names and this version refuses by name; `*` stands for any one step. */
export const CONFIG_NOT_IN_THIS_VERSION = ['memory', 'file_watcher.watch_paths.*.remember'] as const;

/** Providers that exist whatever the configuration says. */
export const BUILT_IN_PROVIDERS = ['lmstudio', 'builtin'] as const;

/** Models of the provider `builtin`, which needs no server. */
export const BUILT_IN_MODELS = ['extract', 'verbatim'] as const;

export type ConfigValues = z.output<typeof configSchema>;

/** A configuration, validated, with every path absolute (path text). */
export interface Config {
  values: ConfigValues;
  folders: Folders;
  roots: RootConfig[];
  outputRoots: string[];
  /** Absolute path of the database. */
  database: string;
  /** Known secret values, for scrubbing. */
  secrets: string[];
  /** By webhook: the key that its posts are signed with, where its variable is set. */
  webhookKeys: Record<string, string>;
}

export interface RootConfig {
  /** Absolute, `~` resolved, not necessarily existing. */
  path: string;
  /** gitignore patterns: those for every folder, then its own. */
  ignorePatterns: string[];
  /** What is in it does not leave this machine, whatever a rule says; absent = the rule decides. */
  cloud?: 'never';
}

/** Where things are: XDG folders, `~/Library/…` on macOS, or all beneath `--home`. */
export interface Folders {
  /** The folder that all of it is beneath; null where it is in the places of this system. */
  home: string | null;
  config: string;
  /** `config.yaml` in it. */
  configFile: string;
  rules: string;
  state: string;
  logs: string;
  /** The Unix socket (at most 100 bytes long; hashed beneath the runtime directory when `--home` is deep). */
  socket: string;
}
