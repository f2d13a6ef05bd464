import type { Provider, ThinkCall, ThinkEvent } from '../../contract/provider.ts';
import type { ProviderHealth } from '../../contract/provider-health.ts';

/** The provider's name and its models, as rules write them: `builtin/extract`, `builtin/verbatim`. */
const BUILTIN = 'builtin';
const BUILTIN_MODEL = 'extract';
const VERBATIM = 'verbatim';

/**
 * The provider that is no model at all: it answers from the document's own words (best sentences, key
 * phrases, dates, sums, open tasks), always the same for the same text, so that the main job runs on a
 * machine without any model server. `verbatim` answers with the document itself, for rules that need no thinking. Used
 * only where a rule or the configuration names it.
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
  models: [BUILTIN_MODEL, VERBATIM],
  loaded: BUILTIN_MODEL,
  checkedAt: null,
};

async function* think(call: ThinkCall, signal: AbortSignal): AsyncGenerator<ThinkEvent> {
  signal.throwIfAborted();
  const model = call.model === 'local-model' ? BUILTIN_MODEL : call.model;
  if (model !== BUILTIN_MODEL && model !== VERBATIM) {
    const message = `builtin has no model ${model}; it has ${BUILTIN}/${BUILTIN_MODEL} and ${BUILTIN}/${VERBATIM}`;
    yield { kind: 'failed', failure: { kind: 'refused', message } };
    return;
  }
  yield { kind: 'text', text: model === VERBATIM ? (call.document ?? call.prompt) : await extracted(call) };
  yield { kind: 'finished', model, finish: 'stop', usage: { inputTokens: null, outputTokens: null } };
}

/** Its words are loaded only where it is used at all. */
async function extracted(call: ThinkCall): Promise<string> {
  const { answerFrom } = await import('./builtin/answer.ts');
  return answerFrom(call);
}
