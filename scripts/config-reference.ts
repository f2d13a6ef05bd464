import { branchesOf, isSection, type JsonSchema, phraseOf } from '../src/config/json-schema.ts';
import { isMap } from '../src/config/key-path.ts';
import { configJsonSchema } from '../src/config/schema.ts';

/** docs/configuration.md: what people need to know, and a table of every key made from the schema. */
export function configReference(): string {
  const schema = configJsonSchema();
  const sections = sectionsOf(schema);
  return `${[INTRODUCTION, ...sections.map(sectionText), CLOSING].join('\n\n')}\n`;
}

interface Section {
  key: string;
  schema: JsonSchema;
}

/** The top level, then every map in it; for named or listed maps, the map of one of them. */
function sectionsOf(schema: JsonSchema): Section[] {
  const properties = isMap(schema['properties']) ? Object.entries(schema['properties']) : [];
  const nested = properties.flatMap(([key, value]): Section[] => {
    if (!isMap(value)) return [];
    const named = value['additionalProperties'];
    if (isMap(named)) {
      const branches = branchesOf(named).filter(isMap);
      if (branches.length === 0) return [{ key: `${key}.NAME`, schema: named }];
      return branches.map((branch) => ({ key: `${key}.NAME`, schema: branch }));
    }
    return isSection(value) ? [{ key, schema: value }] : [];
  });
  return [{ key: '', schema }, ...nested];
}

function sectionText({ key, schema }: Section): string {
  const title = key === '' ? '## All keys' : `## \`${key}\`${kindOf(schema)}`;
  const description =
    key === '' || typeof schema['description'] !== 'string' ? [] : [schema['description'], ''];
  const required: readonly unknown[] = Array.isArray(schema['required']) ? schema['required'] : [];
  const properties = isMap(schema['properties']) ? Object.entries(schema['properties']) : [];
  const rows = properties.flatMap(([name, value]) =>
    rowsOf(name, value, required.includes(name), key !== ''),
  );
  return [
    title,
    '',
    ...description,
    '| key | allowed | default | what it is |',
    '| --- | --- | --- | --- |',
    ...rows,
  ].join('\n');
}

/** Of several kinds of one thing, which: by its \`type\`, or by the key that only it has. */
function kindOf({ properties }: JsonSchema): string {
  if (!isMap(properties)) return '';
  const { type } = properties;
  if (isMap(type) && typeof type['const'] === 'string') return ` of type \`${type['const']}\``;
  return 'command' in properties ? ' that is started' : 'headers' in properties ? ' that listens' : '';
}

/** Within a section, the keys of a map are told beneath it. */
function rowsOf(name: string, schema: unknown, required: boolean, within: boolean): string[] {
  const own = row(name, schema, required);
  if (!within || !isMap(schema) || !isSection(schema) || !isMap(schema['properties'])) return [own];
  const inside = Object.entries(schema['properties']);
  return [own, ...inside.map(([key, value]) => row(`${name}.${key}`, value, false))];
}

function row(name: string, schema: unknown, required: boolean): string {
  const { description, default: preset } = isMap(schema) ? schema : {};
  const inside = isMap(schema) && (isSection(schema) || isMap(schema['additionalProperties']));
  const standard = required ? 'none: it must be given' : inside ? 'see below' : presetText(preset);
  const cells = [`\`${name}\``, inside ? 'a map' : phraseOf(schema), standard, String(description ?? '')];
  return `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
}

function presetText(preset: unknown): string {
  return preset === undefined
    ? 'none'
    : `\`${typeof preset === 'string' ? preset : JSON.stringify(preset)}\``;
}

const INTRODUCTION = `# Configuration

<!-- Made by scripts/config-docs.ts from src/contract/config.ts. -->

\`consciousness config path\` says where the files are, \`config check\` lists everything that is wrong with them,
\`config show --sources\` says where each value came from, and \`config schema\` prints a JSON Schema for editors.

Settings are looked for in this order; the first that says something counts:

1. the command line,
2. environment variables,
3. \`.env\` beside \`config.yaml\`, with the same names as the environment,
4. \`config.yaml\`,
5. the defaults below.

Maps are merged across these sources, lists are replaced. Nothing is ever read from the working directory or from a
watched folder. Changes to \`config.yaml\`, \`.env\` and the rules count at once; while they are wrong, the last good
ones stay in force.

## Where the files are

| | with \`--home DIR\` or \`CONSCIOUSNESS_HOME\` | Linux | macOS |
| --- | --- | --- | --- |
| \`config.yaml\`, \`.env\`, \`rules/\` | \`DIR\` | \`$XDG_CONFIG_HOME/consciousness\` (\`~/.config/consciousness\`) | \`~/Library/Application Support/consciousness\` |
| state | \`DIR/state\` | \`$XDG_STATE_HOME/consciousness\` (\`~/.local/state/consciousness\`) | \`~/Library/Application Support/consciousness/state\` |
| logs | \`DIR/logs\` | \`logs\` in the state directory | \`~/Library/Logs/consciousness\` |
| socket | in the state directory | \`$XDG_RUNTIME_DIR/consciousness\`, else in the state directory | in the state directory |

A socket's path must be short. Where it would be longer than 100 bytes, its name is a hash in
\`$XDG_RUNTIME_DIR/consciousness\`, or in a folder of yours among the temporary files.

## An example

\`\`\`yaml
lm_studio: { base_url: http://localhost:1234/v1, model: local-model }
providers:
  box: { type: openai-compatible, base_url: http://127.0.0.1:8080/v1, model: qwen3-8b, slots: 4 }
  ollama: { type: ollama, context_length: 16384 }
  claude: { type: anthropic, model: claude-opus-4-5 }     # key from ANTHROPIC_API_KEY
default_models: [lmstudio/local-model]
file_watcher:
  watch_paths:
    - ~/Inbox
    - { path: ~/Notes, ignore_patterns: ["*.tmp"] }
output_roots: [~/Filed]
retention: { captured: 7d, thoughts: 7d, undo: 30d, journal: 90d, memory: forever }
\`\`\`

## Environment variables and \`.env\`

\`CONSCIOUSNESS_\` and the key, \`__\` for each step down, in any letter case: \`lm_studio.base_url\` is
\`CONSCIOUSNESS_LM_STUDIO__BASE_URL\`, the key of the provider \`my-box\` is \`CONSCIOUSNESS_PROVIDERS__MY_BOX__API_KEY\`.
Lists and maps are JSON: \`CONSCIOUSNESS_OUTPUT_ROOTS='["~/Notes"]'\`. An empty variable counts as not set. An unknown
name is a warning in the environment and an error in \`.env\`.

**Secrets** (\`api_key\`) belong in the environment or in \`.env\`, which only you should be able to read
(\`chmod 600 .env\`). In \`config.yaml\` they are refused, and so are a user name or password in an address.

## Folders

Folders are absolute or begin with \`~/\`. Watched folders must not contain each other, nor the folder of \`config.yaml\`
and the rules; output roots must not contain or lie in the daemon's own files; \`db_path\` must lie in none of
either. A watched folder need not exist yet.`;

const CLOSING = `## Not in this version

Refused by name: the keys \`memory\` and \`file_watcher.watch_paths.*.remember\`, \`store\` other than \`sqlite\`,
and \`retention.memory\` other than \`forever\`.

How to set up each model server, and why: [providers.md](providers.md).`;
