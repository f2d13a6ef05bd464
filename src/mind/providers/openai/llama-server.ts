import { isRecord } from '../server/json.ts';
import { type Native, withAbility } from '../server/native.ts';

/** llama-server's own `/props` and `/tokenize`: the context of one slot, how many there are, what the model sees. */
export const llamaServer: Native = {
  async offer(ask, root, listed) {
    const { value } = await ask(`${root}/props`);
    const generation = isRecord(value) ? value['default_generation_settings'] : undefined;
    if (!isRecord(value) || !isRecord(generation) || listed.loaded === null) return null;
    const context = positive(generation['n_ctx']);
    const slots = positive(value['total_slots']);
    const { modalities } = value;
    const vision = isRecord(modalities) ? modalities['vision'] : undefined;
    return {
      ...withAbility(listed, listed.loaded, {
        ...(context === null ? {} : { context }),
        ...(typeof vision === 'boolean' ? { vision } : {}),
      }),
      slots,
    };
  },
  async countTokens(ask, root, text) {
    const { value } = await ask(`${root}/tokenize`, { content: text });
    return isRecord(value) && Array.isArray(value['tokens']) ? value['tokens'].length : null;
  },
};

function positive(value: unknown): number | null {
  return typeof value === 'number' && value > 0 ? value : null;
}
