import * as z from 'zod';
import { CodedError, EXIT } from '../../../base/errors.ts';
import { resolveUserPath, USER_PATH } from '../../../config/user-path.ts';
import { OUTPUT_STATES, THOUGHT_STATES } from '../../../contract/thought.ts';
import { explainGiven } from '../../cli/explain-given.ts';
import { shortId } from '../about.ts';
import { LOOKS, type Tool, tool } from '../tool.ts';

/** Most events and thoughts that are told one by one, the newest ones. */
const MOST = 10;
/** Most rules. */
const MOST_RULES = 30;

export const explainFile: Tool = tool({
  name: 'explain_file',
  title: 'Explain what happened to a file',
  description:
    'Why the Consciousness daemon did something, or nothing, about one file: whether it is in a watched folder, ' +
    'ignored, seen, which rules match it, which thoughts it led to, what holds them, and whether the daemon itself ' +
    'wrote it. The content of the file is not read.',
  scope: 'read',
  annotations: LOOKS,
  input: z.strictObject({ path: z.string().min(1).max(16_384).describe(`${USER_PATH}; it may be gone`) }),
  output: {
    path: z.string(),
    summary: z.string(),
    root: z.string().nullable(),
    ignored: z.object({ by: z.string(), pattern: z.string() }).nullable(),
    onDisk: z.boolean(),
    seen: z.object({ revision: z.number(), size: z.number(), modified: z.string() }).nullable(),
    events: z.array(z.object({ at: z.string(), change: z.string(), revision: z.number() })),
    rules: z.array(z.object({ rule: z.string(), matched: z.boolean(), why: z.string() })),
    thoughts: z.array(
      z.object({
        id: z.string(),
        rule: z.string(),
        state: z.enum(THOUGHT_STATES),
        reason: z.string(),
        held: z.string().nullable(),
        outputs: z.array(z.object({ kind: z.string(), target: z.string(), state: z.enum(OUTPUT_STATES) })),
      }),
    ),
    writtenBy: z.object({ thought: z.string(), rule: z.string(), at: z.string() }).nullable(),
  },
  async run({ path: given }, { source, given: { homedir } }) {
    const found = await explainGiven(source, absolute(given, homedir), '/');
    const { path, summary, root, ignored, onDisk, seen, writtenBy } = found;
    const events = found.events.slice(-MOST).map(({ at, change, revision }) => ({ at, change, revision }));
    // Those that match are what is asked for.
    const rules = found.rules
      .toSorted((one, other) => Number(other.matched) - Number(one.matched))
      .slice(0, MOST_RULES);
    const thoughts = found.thoughts.slice(0, MOST).map(({ id, rule, state, reason, held, outputs }) => ({
      ...{ id, rule, state, reason, held },
      outputs: outputs.slice(0, MOST).map((output) => ({
        kind: output.kind,
        target: output.target,
        state: output.state,
      })),
    }));
    return {
      before: 'What is known of this file:',
      data: [
        path,
        summary,
        `root: ${root ?? 'outside every watched folder'}`,
        ...(ignored === null ? [] : [`ignored: ${ignored.by} (${ignored.pattern})`]),
        `on disk: ${onDisk ? 'yes' : 'no'}`,
        `seen: ${seen === null ? 'never' : `revision ${seen.revision}, ${seen.size} bytes, modified ${seen.modified}`}`,
        ...(writtenBy === null
          ? []
          : [
              `written by the daemon: rule ${writtenBy.rule}, thought ${shortId(writtenBy.thought)}, ${writtenBy.at}`,
            ]),
        ...events.map(({ at, change, revision }) => `event: ${change}, revision ${revision}, ${at}`),
        ...rules.map(
          ({ rule, matched, why }) => `rule ${rule}: ${matched ? 'matches' : 'does not match'}: ${why}`,
        ),
        ...thoughts.map(({ id, rule, state, reason, held, outputs }) => {
          const why = held ?? reason;
          const done = outputs.map((output) => `${output.state} ${output.kind} ${output.target}`);
          return `thought ${shortId(id)} (${rule}): ${state}${why && `: ${why}`}${done.length === 0 ? '' : `; ${done.join(', ')}`}`;
        }),
      ].join('\n'),
      structured: {
        ...{ path, summary, root, ignored, onDisk, events, rules, thoughts, writtenBy },
        seen: seen === null ? null : { revision: seen.revision, size: seen.size, modified: seen.modified },
      },
    };
  },
});

/** As it was given, `~` resolved: escapes in it, as we print them, are for {@link explainGiven} to read. */
function absolute(given: string, homedir: string): string {
  const resolved = resolveUserPath(given, homedir);
  if (resolved.ok) return given.startsWith('~') ? homedir + given.slice(1) : given;
  throw new CodedError('path-not-absolute', `path is ${resolved.message}`, {
    value: given,
    allowed: USER_PATH,
    exitCode: EXIT.usage,
  });
}
