import type { Command } from '../command.ts';
import { printTable } from '../table.ts';

export const command: Command = {
  name: 'embed',
  arguments: [{ name: 'text', summary: 'two or more to be compared', required: true, many: true }],
  options: [],
  examples: [
    {
      line: 'consciousness embed "the invoice is overdue" "please pay the bill" "a walk by the sea"',
      does: 'How near each is to the first, from -1 to 1, by the model under embeddings in config.yaml.',
    },
  ],
  exitCodes: { 0: 'made', 1: 'no model is configured for it, or it made none' },
  json: 'EmbedView',
  async run(context, texts) {
    const view = await (await context.client()).embed(texts);
    if (context.json) {
      context.out.json(view);
      return 0;
    }
    const [first = []] = view.vectors;
    context.out.line(['bold', view.model], ['dim', `  ${first.length} numbers a text`]);
    printTable(
      context.out,
      [
        { title: 'NEARNESS', align: 'right' },
        { title: 'TEXT', flexible: true },
      ],
      view.vectors.map((vector, at) => [cosine(first, vector).toFixed(3), texts[at] ?? '']),
    );
    return 0;
  },
};

/** Of two vectors that are not zero. */
function cosine(one: readonly number[], other: readonly number[]): number {
  let dot = 0;
  let [a, b] = [0, 0];
  for (const [at, number] of one.entries()) {
    const second = other[at] ?? 0;
    dot += number * second;
    a += number * number;
    b += second * second;
  }
  return dot / Math.sqrt(a * b);
}
