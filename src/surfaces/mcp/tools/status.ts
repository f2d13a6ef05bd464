import * as z from 'zod';
import { thoughtCounts } from '../../../contract/status-view.ts';
import { LOOKS, type Tool, tool } from '../tool.ts';

/** Most of each kind that are told one by one. */
const MOST = 30;

export const status: Tool = tool({
  name: 'status',
  title: 'How the daemon is',
  description:
    'How the Consciousness daemon is: how many thoughts are in which state, what is held and why (a model server ' +
    'that is off holds thoughts, it does not fail them), model servers, senses with their watched folders, rules, ' +
    'problems, and how many proposals wait for a person.',
  scope: 'read',
  annotations: LOOKS,
  input: z.strictObject({}),
  output: {
    version: z.string(),
    ready: z.boolean(),
    queue: thoughtCounts,
    proposalsWaiting: z.number(),
    holds: z.array(
      z.object({ what: z.string(), name: z.string(), reason: z.string(), thoughts: z.number() }),
    ),
    providers: z.array(
      z.object({ name: z.string(), state: z.string(), reason: z.string(), loaded: z.string().nullable() }),
    ),
    senses: z.array(
      z.object({ name: z.string(), state: z.string(), detail: z.string(), roots: z.array(z.string()) }),
    ),
    rules: z.array(z.object({ name: z.string(), wokenBy: z.string(), problem: z.string().nullable() })),
    problems: z.array(z.string()),
  },
  async run(_args, { source }) {
    const view = await source.status();
    const { version, ready, queue, proposals } = view;
    const holds = view.holds
      .slice(0, MOST)
      .map(({ what, name, reason, thoughts }) => ({ what, name, reason, thoughts }));
    const providers = view.providers
      .slice(0, MOST)
      .map(({ name, state, reason, loaded }) => ({ name, state, reason, loaded }));
    const senses = view.senses.map(({ name, state, detail, roots }) => ({
      ...{ name, state, detail },
      roots: roots.slice(0, MOST).map(({ path }) => path),
    }));
    const rules = view.rules.slice(0, MOST).map(({ name, wokenBy, problem }) => ({ name, wokenBy, problem }));
    const problems = view.problems.slice(0, MOST);
    const counts = Object.entries(queue).filter(([, count]) => count > 0);
    return {
      before: `The daemon runs (version ${version}${ready ? '' : ', still looking through its folders'}).`,
      data: [
        `thoughts: ${counts.map(([state, count]) => `${count} ${state}`).join(', ') || 'none'}`,
        ...holds.map(({ what, name, reason, thoughts }) => `held: ${thoughts} by ${what} ${name}: ${reason}`),
        ...providers.map(({ name, state, reason, loaded }) => {
          return `model server ${name}: ${state}${reason && `: ${reason}`}${loaded === null ? '' : `, ${loaded} loaded`}`;
        }),
        ...senses.map(({ name, state, detail, roots }) => {
          return `sense ${name}: ${state}${detail && `: ${detail}`}${roots.length === 0 ? '' : ` (${roots.join(', ')})`}`;
        }),
        ...rules.map(({ name, wokenBy, problem }) => `rule ${name}: ${problem ?? wokenBy}`),
        ...problems.map((problem) => `problem: ${problem}`),
      ].join('\n'),
      after:
        proposals.waiting === 0 ? '' : `${proposals.waiting} proposals wait for a person to decide on them.`,
      structured: {
        ...{ version, ready, queue, holds, providers, senses, rules, problems },
        proposalsWaiting: proposals.waiting,
      },
    };
  },
});
