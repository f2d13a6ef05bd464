import type { Place } from './places.ts';
import type { ChosenModel } from './servers.ts';

/** Name of the JSON Schema that is written beside `config.yaml`, for editors. */
export const SCHEMA_NAME = 'config.schema.json';

export interface Settings {
  watch: Place;
  notes: Place;
  /** Where rules may write: the notes, and what is watched where it may be edited and moved. */
  outputs: readonly Place[];
  /** Null: no server was found. */
  model: ChosenModel | null;
}

/** A commented `config.yaml` for these settings; JSON's quotes are YAML's, too. */
export function configText({ watch, outputs, model }: Settings): string {
  return `# yaml-language-server: $schema=./${SCHEMA_NAME}
# Written by \`consciousness init\`. What is left out has its default: \`consciousness config show --sources\` tells all.
# A running daemon takes every change at once, or says what is wrong with it and keeps the last good version.

# Folders that are watched. What happens to their files is said by the rules, in rules/*.md beside this file.
file_watcher:
  watch_paths: [${JSON.stringify(watch.written)}]
  # ignore_patterns: [drafts/, "*.bak"]   # as in .gitignore

# Nothing is written, changed or moved anywhere else.
output_roots: [${outputs.map(({ written }) => JSON.stringify(written)).join(', ')}]

${modelText(model)}
# How long things are kept after their thought was done; answers and notes stay.
# retention: { captured: 7d, thoughts: 7d, undo: 30d, journal: 90d }
`;
}

function modelText(model: ChosenModel | null): string {
  if (model === null || model.provider === 'lmstudio') {
    const found =
      model === null
        ? 'No server was running; this is where LM Studio listens.'
        : 'Found by init: LM Studio.';
    return `# ${found} \`local-model\` is the chat model that is loaded there.
lm_studio:
  base_url: ${model?.baseUrl ?? 'http://127.0.0.1:1234/v1'}
  model: ${JSON.stringify(model?.model ?? 'local-model')}
`;
  }
  const { provider, title, baseUrl } = model;
  const loaded =
    model.model === 'local-model' ? ' `local-model` is the chat model that is loaded there.' : '';
  return `# Found by init: ${title}.${loaded}
providers:
  ${provider}:
    type: openai-compatible
    base_url: ${baseUrl}
    model: ${JSON.stringify(model.model)}
default_models: [${JSON.stringify(`${provider}/${model.model}`)}]
`;
}
