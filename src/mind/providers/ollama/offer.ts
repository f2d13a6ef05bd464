import type { Abilities } from '../../../contract/provider-health.ts';
import { idOf, isEmbedding } from '../openai/models.ts';
import type { Ask, Said } from '../server/ask.ts';
import { isRecord } from '../server/json.ts';
import { NO_OFFER, type Offer } from '../server/offer.ts';

/** Models of which more is asked than their names. */
const MOST_SHOWN = 50;

/** What Ollama offers: its models, which are in memory with which context, and what each is able to. */
export async function ollamaOffer(
  ask: Ask,
  root: string,
  shown: Map<string, Abilities>,
): Promise<{ said: Said; offer: Offer | null }> {
  const said = await ask(`${root}/api/tags`);
  const listed = listIn(said.value);
  if (listed === null) return { said, offer: null };
  const running = listIn((await ask(`${root}/api/ps`)).value) ?? [];
  const chat = listed.filter((entry) => !isEmbedding(entry));
  const names = chat.flatMap(idOf);
  for (const name of names.slice(0, MOST_SHOWN)) {
    // It does not change while the model is the same, and asking costs the server a look at its file.
    if (!shown.has(name)) shown.set(name, shownIn((await ask(`${root}/api/show`, { model: name })).value));
  }
  const inMemory = running.filter((entry) => idOf(entry).some((id) => names.includes(id)));
  const abilities = Object.fromEntries(names.map((name) => [name, { ...shown.get(name) }]));
  for (const entry of inMemory) {
    const context = entry['context_length'];
    for (const id of idOf(entry))
      if (typeof context === 'number' && context > 0) abilities[id] = { ...abilities[id], context };
  }
  const offer = {
    ...NO_OFFER,
    chat: names,
    embedding: listed.filter(isEmbedding).flatMap(idOf),
    loaded: idOf(inMemory[0])[0] ?? names[0] ?? null,
    abilities,
  };
  return { said, offer };
}

function shownIn(value: unknown): Abilities {
  const list = isRecord(value) ? value['capabilities'] : undefined;
  if (!Array.isArray(list)) return {};
  return { vision: list.includes('vision'), tools: list.includes('tools') };
}

function listIn(value: unknown): Record<string, unknown>[] | null {
  const list = isRecord(value) ? value['models'] : undefined;
  return Array.isArray(list) ? list.filter(isRecord) : null;
}
