import { messageOf } from '../../base/errors.ts';
import type { ToolCall, ToolSpec, Turn } from '../../contract/provider.ts';
import type { CallOutcome } from '../call.ts';
import { fenceDocument, sanitise } from '../prompt.ts';
import { addUp } from '../report.ts';
import { readArguments } from './arguments.ts';
import { callsInText } from './in-text.ts';
import { forbidden, type Taint, type Tool, type ToolRun } from './tool.ts';

export interface ToolLoop<Said extends CallOutcome> {
  tools: readonly Tool[];
  maxSteps: number;
  /** Shared by all loops of one thought: the next prompt may hold what a model made of what it read. */
  taint: Taint;
  /** Whether the model is on this machine or its network. */
  local: boolean;
  signal: AbortSignal;
  /** Random, for the delimiters around results. */
  hex(bytes: number): string;
  /** Characters that all results together may have; 0 = the usual limit of each. */
  resultCharacters: number;
  /** `mayCall`: false where it has called often enough, and must answer. */
  ask(turns: readonly Turn[], tools: readonly ToolSpec[], mayCall: boolean): Promise<Said>;
}

/** Characters of a result that a model is given. */
const RESULT_LIMIT = 20_000;
/** And at least, where there is hardly any room: why a call was refused must be read. */
const LEAST_RESULT = 300;
/** Calls of one answer that are made. */
const MOST_CALLS = 16;
/** Milliseconds that one call may take, where its tool has no limit of its own. */
const CALL_MS = 60_000;

/**
 * Lets a model call tools until it answers, at most `maxSteps` times; then it is asked once more, without tools. Results
 * are data: sanitised, cut and fenced as documents are. What reaches outside is not even offered once watched content
 * has been seen, and refused where it is called all the same.
 */
export async function withTools<Said extends CallOutcome>(loop: ToolLoop<Said>): Promise<Said> {
  const { tools, maxSteps, taint, ask } = loop;
  const turns: Turn[] = [];
  let before: Said | undefined;
  let left = loop.resultCharacters || RESULT_LIMIT * maxSteps;
  for (let step = 0; ; step += 1) {
    const told = tools.filter(({ effect }) => forbidden(effect, taint.seen) === null);
    const mayCall = step < maxSteps && left > 0;
    const offered = mayCall ? told : [];
    const came = await ask(
      turns,
      told.map((tool) => tool.spec),
      mayCall,
    );
    const said: Said =
      before === undefined ? came : { ...came, report: addUp(before.report, came.report, BETWEEN) };
    const calls = callsOf(said, offered, step);
    if (said.failure !== null || calls.length === 0) return said;
    const results: { id: string; content: string }[] = [];
    for (const [at, call] of calls.entries()) {
      const tool = tools.find(({ spec }) => spec.name === call.name);
      const refused =
        at >= MOST_CALLS
          ? `at most ${MOST_CALLS} calls in one answer`
          : refusal(tool, call, offered, taint.seen, said.cutOff && call === calls.at(-1));
      const text = refused ?? (tool === undefined ? '' : await run(tool, call, loop));
      // Once it has read, its next call of the same answer counts as one that has.
      if (refused === null && tool?.effect === 'reads') taint.seen = true;
      const kept = capped(sanitise(text), Math.min(RESULT_LIMIT, Math.max(LEAST_RESULT, left)));
      left -= kept.length;
      results.push({ id: call.id, content: fenceDocument(kept, loop.hex(8)) });
    }
    // Its own words, too: what it read may have had it spell a token that speaks as somebody else.
    turns.push({ text: sanitise(said.text), calls: calls.map(sanitised), results });
    before = { ...said, report: { ...said.report, raw: withResults(said.report.raw, calls, results) } };
  }
}

function sanitised(call: ToolCall): ToolCall {
  return { ...call, name: sanitise(call.name), arguments: sanitise(call.arguments) };
}

const BETWEEN = '\n';

function callsOf(said: CallOutcome, offered: readonly Tool[], step: number): readonly ToolCall[] {
  if (offered.length === 0) return [];
  return said.calls.length > 0
    ? said.calls
    : callsInText(
        said.text,
        offered.map((tool) => tool.spec.name),
        step,
      );
}

/** Why a call is not made; null where it is. */
function refusal(
  tool: Tool | undefined,
  call: ToolCall,
  offered: readonly Tool[],
  seen: boolean,
  isCutOff: boolean,
): string | null {
  if (tool === undefined) {
    const names = offered.map(({ spec }) => spec.name).join(', ') || 'none';
    return `there is no tool ${JSON.stringify(call.name.slice(0, 80))}; there are: ${names}`;
  }
  const why = forbidden(tool.effect, seen);
  if (why !== null) return why;
  if (isCutOff) return 'the call was cut off at the token limit: ask for less at once';
  const read = readArguments(call.arguments, call.name, tool.spec.parameters);
  return read.ok ? null : `${read.message}; call it again with arguments that satisfy its schema`;
}

async function run(tool: Tool, call: ToolCall, { local, signal }: ToolLoop<CallOutcome>): Promise<string> {
  const read = readArguments(call.arguments, call.name, tool.spec.parameters);
  if (!read.ok) return read.message;
  const within = AbortSignal.timeout(CALL_MS);
  const how: ToolRun = { local, signal: AbortSignal.any([signal, within]) };
  try {
    return (await tool.run(read.args, how)).text;
  } catch (error) {
    signal.throwIfAborted();
    return within.aborted ? `no answer within ${CALL_MS / 1000} s` : `it failed: ${messageOf(error)}`;
  }
}

function capped(text: string, most: number): string {
  if (text.length <= most) return text;
  return `${text.slice(0, most)}\n[cut: ${text.length - most} characters more]`;
}

/** Characters of each result that are kept as evidence. */
const KEPT = 2000;

function withResults(
  raw: string | null,
  calls: readonly ToolCall[],
  results: readonly { id: string; content: string }[],
): string {
  const kept = calls.map(
    (call, at) => `[${call.name} returned]\n${(results[at]?.content ?? '').slice(0, KEPT)}`,
  );
  return [raw ?? '', ...kept].join('\n');
}
