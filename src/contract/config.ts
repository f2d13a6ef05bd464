import * as z from 'zod';

/** Level names of the log, least to most severe; any case in configuration. */
export const LOG_LEVELS = ['DEBUG', 'INFO', 'WARNING', 'ERROR', 'CRITICAL'] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

const url = z.url({ protocol: /^https?$/, error: 'an http:// or https:// address' });
const timeout = z.number().min(1).max(300).default(30).describe('Seconds of silence allowed after the first token.');
const firstToken = z
  .number()
  .min(1)
  .max(3600)
  .default(300)
  .describe('Seconds until the first token: prefill on a laptop is slow.');
const slots = z.int().min(1).max(64).default(1).describe('Calls at once.');

const lmStudio = z.strictObject({
  base_url: url.default('http://localhost:1234/v1').describe('Its OpenAI-compatible API.'),
  api_key: z.string().default('lm-studio').describe('Secret: from the environment or .env.'),
  model: z.string().min(1).default('local-model').describe('local-model = the chat model that is loaded.'),
  timeout,
  first_token_timeout: firstToken,
  max_retries: z.int().min(0).max(10).default(3).describe('Extra attempts per thought.'),
  slots,
});

const openaiCompatible = z.strictObject({
  type: z.literal('openai-compatible'),
  base_url: url,
  api_key: z.string().optional().describe('Secret: from the environment or .env.'),
  model: z.string().min(1).default('local-model'),
  timeout,
  first_token_timeout: firstToken,
  max_retries: z.int().min(0).max(10).default(3),
  slots,
});

const root = z.union([
  z.string().min(1),
  z.strictObject({ path: z.string().min(1), ignore_patterns: z.array(z.string()).default([]) }),
]);

/** The whole configuration: names, defaults and bounds. The JSON Schema and docs/configuration.md come out of it. */
export const configSchema = z.strictObject({
  lm_studio: lmStudio.prefault({}).describe('The provider `lmstudio`.'),
  providers: z.record(z.string().regex(/^[a-z][a-z0-9_-]*$/), openaiCompatible).default({}).describe('More providers, by name.'),
  default_models: z
    .array(z.string().regex(/^[a-z][a-z0-9_-]*\/.+$/i, 'provider/model'))
    .min(1)
    .default(['lmstudio/local-model'])
    .describe('For rules that name none.'),
  timezone: z.string().min(1).default('system').describe('For dates in templates: system, or an IANA name.'),
  file_watcher: z
    .strictObject({
      watch_paths: z.array(root).default([]).describe('Folders to watch.'),
      ignore_patterns: z.array(z.string()).default(['.git', '__pycache__']).describe('gitignore patterns.'),
      debounce_seconds: z.number().min(0.1).max(10).default(1).describe('The longest a burst on one path is gathered.'),
    })
    .prefault({}),
  output_roots: z.array(z.string().min(1)).default([]).describe('Folders that outputs may write beneath.'),
  db_path: z.string().min(1).default('consciousness.db').describe('Relative: in the state directory.'),
  log_level: z
    .string()
    .transform((level) => level.toUpperCase())
    .pipe(z.enum(LOG_LEVELS))
    .prefault('INFO'),
  store: z.literal('sqlite', { error: 'sqlite (Postgres is not in this version)' }).default('sqlite'),
});

export type ConfigValues = z.output<typeof configSchema>;

/** Dotted keys whose values are shown masked and never logged. */
export const SECRET_KEYS = ['api_key'] as const;

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
}

export interface RootConfig {
  /** Absolute, `~` resolved, not necessarily existing. */
  path: string;
  ignorePatterns: string[];
}

/** Where things are: XDG folders, `~/Library/…` on macOS, or all beneath `--home`. */
export interface Folders {
  config: string;
  /** `config.yaml` in it. */
  configFile: string;
  rules: string;
  state: string;
  logs: string;
  /** The Unix socket (at most 100 bytes long; hashed beneath the runtime directory when `--home` is deep). */
  socket: string;
}
