import * as z from 'zod';
import { OUTPUT_STATES, THOUGHT_STATES } from '../../../contract/thought.ts';
import type { ThoughtView } from '../../../contract/thought-view.ts';
import { answerText } from '../../cli/answer.ts';
import { thinkBody } from '../../http/input.ts';
import { awaitAnswer } from '../await-answer.ts';
import { cut, PAGE_LIMIT } from '../data.ts';
import { createProgress } from '../progress.ts';
import { uriOf } from '../thought-uri.ts';
import { type Call, type Told, type Tool, tool } from '../tool.ts';

/** Seconds. Less than the minute after which most clients give up. */
const USUAL_WAIT = 45;
const LONGEST_WAIT = 600;
/** Most outputs that are told one by one. */
const MOST = 20;

const output = {
  id: z.string(),
  state: z.enum(THOUGHT_STATES),
  rule: z.string(),
  answer: z.string().nullable().describe('Null while there is none.'),
  held: z
    .string()
    .nullable()
    .describe('Why it is not being thought just now; it stays queued. Null = it is not held.'),
  reason: z.string().describe('Why it is dead or cancelled, or what else is to be said; often empty.'),
  outputs: z.array(
    z.object({ kind: z.string(), target: z.string(), state: z.enum(OUTPUT_STATES), reason: z.string() }),
  ),
};

export const think: Tool = tool({
  name: 'think',
  title: 'Have something thought about',
  description:
    "Asks the person's own model, by way of the daemon's queue, and waits for the answer. The request is stored first " +
    'and is never lost: where the model is off or busy, the answer says why the thought is held, and its id; it is ' +
    'thought once the model is there, so do not ask again: use get_thought with the id later. With `rule`, a rule of ' +
    'that person for requests is used, which may write notes as it says there; what needs approval still waits for ' +
    'the person.',
  scope: 'act',
  annotations: {
    readOnlyHint: false,
    destructiveHint: false,
    idempotentHint: false,
    // A rule may notify or send as its owner has set it up.
    openWorldHint: true,
  },
  input: thinkBody.extend({
    wait_seconds: z
      .number()
      .min(0)
      .max(LONGEST_WAIT)
      .default(USUAL_WAIT)
      .describe('How long to wait for the answer; the thought goes on without it.'),
  }),
  output,
  fieldLimit: PAGE_LIMIT,
  async run({ wait_seconds: seconds, ...request }, { given, source, signal, context }) {
    const { clock } = given;
    const progress = createProgress(context, clock, seconds);
    const row = await source.think(request);
    progress.say('accepted');
    const { id, state: begin } = row;
    const waiting = { id, begin, waitMs: seconds * 1000, clock, progress, signal, ask: given.ask };
    const { state, held } = await awaitAnswer(waiting);
    const view = await lookUp(source, id);
    return view === null
      ? told({ ...row, state, held, answer: '', outputs: [] }, given)
      : told({ ...view, held: heldOf(view, held), answer: answerText(view.answer) }, given);
  },
});

/** Null where the daemon is gone meanwhile: what is known of the thought is then what was seen. */
async function lookUp(source: Call['source'], id: string): Promise<ThoughtView | null> {
  return source.thought(id).catch(() => null);
}

/** As it is now: what held it may be over, and what was said of it since is newer. */
function heldOf(view: ThoughtView, held: string): string {
  if (view.state !== 'ready' && view.state !== 'waiting') return '';
  return view.reason === '' ? held : view.reason;
}

type Standing = Pick<ThoughtView, 'id' | 'state' | 'rule' | 'reason' | 'outputs'> & {
  held: string;
  answer: string;
};

function told(
  { id, state, rule, reason, held, answer, outputs }: Standing,
  { line }: Call['given'],
): Told<z.output<z.ZodObject<typeof output>>> {
  const { text, left } = cut(answer, PAGE_LIMIT);
  const told = outputs.slice(0, MOST);
  const data = [
    text,
    ...(held === '' ? [] : [`held: ${held}`]),
    ...(reason === '' || reason === held ? [] : [`reason: ${reason}`]),
    ...told.map((each) => `${each.state} ${each.kind} ${each.target}${each.reason && `: ${each.reason}`}`),
  ];
  return {
    before: SENTENCES[held === '' ? state : 'held'].replace('{id}', id),
    data: data.filter((part) => part !== '').join('\n'),
    after: [
      left > 0 ? `${left} characters of the answer are left out; all of it: ${uriOf(id)}` : '',
      state === 'proposed' ? `The person decides with: ${line('inbox')}` : '',
    ]
      .filter((each) => each !== '')
      .join('\n'),
    structured: {
      ...{ id, state, rule, reason },
      answer: answer === '' ? null : text,
      held: held === '' ? null : held,
      outputs: told.map((each) => ({
        kind: each.kind,
        target: each.target,
        state: each.state,
        reason: each.reason,
      })),
    },
  };
}

const LATER = 'It stays queued and is thought once: do not ask again, look it up later with get_thought.';

const SENTENCES = {
  held: `Thought {id} is held. ${LATER}`,
  waiting: `Thought {id} is not begun yet. ${LATER}`,
  ready: `Thought {id} waits its turn. ${LATER}`,
  running: `Thought {id} is being thought. ${LATER}`,
  answered: 'Thought {id} is answered; what follows from it is being done.',
  proposed: 'Thought {id} is answered; some of what follows waits for the person.',
  done: 'Thought {id} is done.',
  dead: 'Thought {id} was given up.',
  cancelled: 'Thought {id} was cancelled.',
};
