import type { Abilities } from '../../../contract/provider-health.ts';
import { isRecord } from '../server/json.ts';
import type { Native } from '../server/native.ts';
import type { Offer } from '../server/offer.ts';
import { idOf, isEmbedding } from './models.ts';

/** LM Studio's own API (`/api/v1`), which tells what is loaded with which context, and loads and unloads. */
export const lmStudio: Native = {
  async offer(ask, root) {
    return lmStudioOffer((await ask(`${root}/api/v1/models`)).value);
  },
  // Without a time to live: only what is loaded by asking a model (JIT) gets one.
  load: (ask, root, model, settings) =>
    ask(`${root}/api/v1/models/load`, { model, ...settings, echo_load_config: true }),
  async unload(ask, root, model) {
    const { value } = await ask(`${root}/api/v1/models`);
    const entry = entriesIn(value).find((each) => idsOf(each).includes(model));
    const [instance] = entry === undefined ? [] : instancesOf(entry);
    return ask(`${root}/api/v1/models/unload`, { instance_id: idOf(instance)[0] ?? model });
  },
};

/** What `GET /api/v1/models` says; null where the body is not that one. */
function lmStudioOffer(body: unknown): Offer | null {
  const entries = entriesIn(body);
  if (entries.length === 0) return null;
  const chat = entries.filter((entry) => !isEmbedding(entry));
  const loaded = chat.flatMap(instancesOf);
  const abilities: Record<string, Abilities> = {};
  for (const entry of chat) {
    const able = capabilitiesOf(entry);
    for (const key of idOf(entry)) abilities[key] = able;
    for (const [at, instance] of instancesOf(entry).entries()) {
      const withContext = { ...able, ...contextOf(instance) };
      for (const id of [...idOf(instance), ...(at === 0 ? idOf(entry) : [])]) abilities[id] = withContext;
    }
  }
  return {
    chat: chat.flatMap(idOf),
    embedding: entries.filter(isEmbedding).flatMap(idOf),
    loaded: idOf(loaded[0])[0] ?? null,
    unloaded: entries.filter((entry) => instancesOf(entry).length === 0).flatMap(idOf),
    abilities,
    slots: parallelOf(loaded[0]),
  };
}

/** Every downloaded model; empty where the body is none of LM Studio's. */
function entriesIn(body: unknown): Record<string, unknown>[] {
  const list = isRecord(body) ? body['models'] : null;
  if (!Array.isArray(list)) return [];
  return list.filter(isRecord).filter((entry) => Array.isArray(entry['loaded_instances']));
}

function instancesOf(entry: Record<string, unknown>): Record<string, unknown>[] {
  const list = entry['loaded_instances'];
  return Array.isArray(list) ? list.filter(isRecord) : [];
}

function idsOf(entry: Record<string, unknown>): string[] {
  return [...idOf(entry), ...instancesOf(entry).flatMap(idOf)];
}

function capabilitiesOf({ capabilities }: Record<string, unknown>): Abilities {
  if (!isRecord(capabilities)) return {};
  const { vision, trained_for_tool_use: tools } = capabilities;
  return {
    ...(typeof vision === 'boolean' ? { vision } : {}),
    ...(typeof tools === 'boolean' ? { tools } : {}),
  };
}

/** The context that it is loaded with, not the one it was trained with. */
function contextOf({ config }: Record<string, unknown>): Abilities {
  const context = isRecord(config) ? config['context_length'] : undefined;
  return typeof context === 'number' && context > 0 ? { context } : {};
}

function parallelOf(instance: Record<string, unknown> | undefined): number | null {
  const config = instance?.['config'];
  const said = isRecord(config) ? config['parallel'] : undefined;
  return typeof said === 'number' && said > 0 ? said : null;
}
