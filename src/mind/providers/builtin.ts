import type { Provider, ProviderHealth, ThinkCall, ThinkEvent } from '../../contract/provider.ts';

/** The provider's name and its one model, as rules write them: `builtin/extract`. */
const BUILTIN = 'builtin';
const BUILTIN_MODEL = 'extract';

/**
 * The provider that is no model at all: it answers from the document's own words (best sentences, key
 * phrases, dates, sums, open tasks), always the same for the same text, so that the main job runs on a
 * machine without any model server. Used only where a rule or the configuration names it.
 */
export function createBuiltinProvider(): Provider {
  return {
    name: BUILTIN,
    slots: 4,
    local: true,
    async probe(signal) {
      signal.throwIfAborted();
      return HEALTH;
    },
    think,
  };
}

const HEALTH: ProviderHealth = {
  state: 'online',
  reason: '',
  models: [BUILTIN_MODEL],
  loaded: BUILTIN_MODEL,
  checkedAt: null,
};

async function* think(call: ThinkCall, signal: AbortSignal): AsyncGenerator<ThinkEvent> {
  signal.throwIfAborted();
  if (call.model !== BUILTIN_MODEL && call.model !== 'local-model') {
    const message = `builtin has no model ${call.model}; its only one is ${BUILTIN}/${BUILTIN_MODEL}`;
    yield { kind: 'failed', failure: { kind: 'refused', message } };
    return;
  }
  // Its words are loaded only where it is used at all.
  const { answerFrom } = await import('./builtin/answer.ts');
  yield { kind: 'text', text: answerFrom(call) };
  yield {
    kind: 'finished',
    model: BUILTIN_MODEL,
    finish: 'stop',
    usage: { inputTokens: null, outputTokens: null },
  };
}
