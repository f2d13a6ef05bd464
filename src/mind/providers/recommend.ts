/** A model that fits a machine, and how each server gets it. */
export interface Recommendation {
  /** "about 4 billion parameters, 4 bits each". */
  size: string;
  /** Tokens. */
  context: number;
  commands: { lmstudio: string; ollama: string; 'llama-server': string };
}

/** By memory in GB, largest first: weights at 4 bits, the context's cache and the rest of a desktop have room. */
const SIZES = [
  { from: 30, billions: 14, context: 32_768 },
  { from: 15, billions: 8, context: 16_384 },
  { from: 7, billions: 4, context: 8192 },
  { from: 0, billions: 1.7, context: 4096 },
] as const;

/** A model for this much memory (bytes), of a family that every server has in these sizes. */
export function recommend(memory: number): Recommendation {
  const gigabytes = memory / 1024 ** 3;
  const { billions, context } = SIZES.find(({ from }) => gigabytes >= from) ?? SIZES[3];
  return {
    size: `about ${billions} billion parameters, 4 bits each`,
    context,
    commands: {
      lmstudio: `lms get qwen/qwen3-${billions}b && lms load qwen/qwen3-${billions}b --context-length ${context} && lms server start`,
      ollama: `OLLAMA_CONTEXT_LENGTH=${context} ollama serve & ollama pull qwen3:${billions}b`,
      'llama-server': `llama-server -hf Qwen/Qwen3-${billions}B-GGUF:${billions === 1.7 ? 'Q8_0' : 'Q4_K_M'} -c ${context} --port 8080`,
    },
  };
}
