import type { ThoughtView } from '../../contract/thought-view.ts';
import { aboutOf } from './about.ts';
import { cut } from './data.ts';

/** Most attempts and outputs that are told one by one. */
const MOST = 20;

/** How a thought stands, as lines; without its text, prompt and answer. */
export function factsOf(thought: ThoughtView): string {
  return [
    `id: ${thought.id}`,
    `about: ${aboutOf(thought)}`,
    `rule: ${thought.rule}`,
    `state: ${thought.state}${thought.reason === '' ? '' : ` (${thought.reason})`}`,
    `perceived: ${thought.event.kind} at ${thought.event.at}`,
    ...(thought.finishedAt === null ? [] : [`finished: ${thought.finishedAt}`]),
    ...thought.attempts.slice(-MOST).map((attempt) => {
      const by = attempt.model === null ? '' : ` by ${attempt.provider}/${attempt.model}`;
      const why = attempt.error === null ? '' : `: ${cut(attempt.error, 500).text}`;
      return `attempt ${attempt.number}: ${attempt.outcome}${by}${why}`;
    }),
    ...thought.outputs.slice(0, MOST).map((output) => {
      const why = output.reason === '' ? '' : `: ${output.reason}`;
      return `output ${output.position + 1}: ${output.state} ${output.kind} ${output.target}${why}`;
    }),
  ].join('\n');
}
