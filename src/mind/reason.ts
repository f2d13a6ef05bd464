import type { Clock } from '../base/clock.ts';
import type { ProviderFailure } from '../contract/provider.ts';
import type { Abilities } from '../contract/provider-health.ts';
import type { Rule } from '../contract/rule.ts';
import { readAnswer } from './answer.ts';
import type { CallOutcome } from './call.ts';
import type { Captured, ComposedPrompt } from './compose.ts';
import { type Conversation, converse } from './converse.ts';
import { type Fit, NOTES_TOKENS } from './fit.ts';
import { type PartRead, type PartStore, readInParts } from './parts.ts';
import { picturesFor } from './pictures.ts';
import { sanitise } from './prompt.ts';
import type { Question } from './question.ts';
import { addUp, NO_CALL } from './report.ts';
import { type Experience, type RoomQuestion, roomFor, tooLong } from './room.ts';
import { createTokenCounter } from './tokens.ts';
import { withTools } from './tools/loop.ts';
import type { Taint, Tool } from './tools/tool.ts';
import { cutSilently, isUnproven, learn, readsWhole } from './whole.ts';
import { createWindows } from './windows.ts';

/** Nothing is known yet. */
export function createExperience(clock: Pick<Clock, 'now'>): Experience {
  return { tokens: createTokenCounter(), windows: createWindows(() => clock.now()) };
}

export interface Reasoning<Said extends CallOutcome> {
  rule: Rule;
  captured: Captured | null;
  /** Whether it is about something watched, be it only a name. */
  watched: boolean;
  /** `provider/model`. */
  model: string;
  /** Whether prompts stay on this machine and its network. */
  local: boolean;
  abilities: Abilities;
  experience: Experience;
  tools: readonly Tool[];
  parts: PartStore;
  /** The rule's prompt with this text in place of the captured one. */
  compose(text: string): ComposedPrompt;
  /** Tokens of a text as the server counts them; null where it does not. */
  count(text: string): Promise<number | null>;
  ask(question: Question): Promise<Said>;
  /** The prompt is another one than the whole document's: it is read in parts. */
  onPrompt(prompt: string): Promise<void>;
  hex(bytes: number): string;
  signal: AbortSignal;
}

/** What a model made of it; `unfit`: it has no room for it, whatever was asked until that was known. */
export type Reasoned<Said extends CallOutcome> =
  | Conversation<Said>
  | { kind: 'unfit'; reason: string; report: CallOutcome['report'] };

/** A server turns out to have less room than it said so often, and each time the document is cut smaller. */
const MOST_TRIES = 4;

/** What one try came to; `again`: the model has less room than was thought. */
type Tried<Said extends CallOutcome> = Reasoned<Said> | { kind: 'again'; reason: string };

/**
 * Lets a model think about a prompt that has to fit its context: as it is, or the document in parts, or visibly not at
 * all. What a server cuts silently is noticed by codes at both ends, and by its own counts.
 */
export async function reason<Said extends CallOutcome>(work: Reasoning<Said>): Promise<Reasoned<Said>> {
  let spent = NO_CALL;
  const taint: Taint = { seen: work.watched };
  /** Calls beside the conversation; they cost as much, and are as much evidence. */
  const askedBeside = (what: string) => async (question: Question) => {
    const said = await work.ask({ ...question, beside: true });
    const raw = said.report.raw === null ? null : `--- ${what} ---\n${said.report.raw}`;
    spent = addUp(spent, { ...said.report, raw }, '\n');
    return said;
  };
  for (let tries = 0; ; tries += 1) {
    const came = await tryOnce(work, taint, askedBeside);
    if (came.kind === 'again' && tries < MOST_TRIES) continue;
    if (came.kind === 'again') return { kind: 'unfit', reason: came.reason, report: spent };
    if (came.kind === 'unfit') return { ...came, report: addUp(spent, came.report, '\n') };
    if (came.kind === 'answered') return { ...came, call: addUp(spent, came.call, '\n') };
    return { ...came, said: { ...came.said, report: addUp(spent, came.said.report, '\n') } };
  }
}

async function tryOnce<Said extends CallOutcome>(
  work: Reasoning<Said>,
  taint: Taint,
  askedBeside: (what: string) => (question: Question) => Promise<Said>,
): Promise<Tried<Said>> {
  const { rule, model, experience, captured } = work;
  const told = work.abilities.context;
  const text = sanitise(captured?.text ?? '');
  const mayBeParts = rule.mind.long !== 'refuse' && text !== '';
  const question = roomQuestion(work, work.compose(captured?.text ?? '').prompt);
  const room = await roomFor(question);
  const unfit = (): Tried<Said> => ({
    kind: 'unfit',
    reason: tooLong(question, room, rule.mind.long !== 'refuse'),
    report: NO_CALL,
  });
  if (room.kind === 'too-long' || (room.kind === 'parts' && !mayBeParts)) return unfit();

  if (room.kind === 'parts') {
    const came = await inParts(work, text, room, askedBeside('part of the document'));
    if (came.kind === 'still-too-long') return unfit();
    if (came.kind === 'ended') {
      if (came.failure.kind !== 'context-overflow')
        return { kind: 'failed', failure: came.failure, said: { ...came.ended, report: NO_CALL } };
      experience.windows.exceeded(model, Math.floor((room.part + room.output) * SMALLER), told);
      return { kind: 'again', reason: came.failure.message };
    }
    const { prompt } = work.compose(`[notes of a document that was read in parts]\n\n${came.text}`);
    await work.onPrompt(prompt);
    const notesRoom = await roomFor(roomQuestion(work, prompt));
    const output =
      notesRoom.kind === 'fits'
        ? notesRoom
        : { kind: 'fits' as const, output: room.output, left: room.output };
    return (await talk(work, taint, prompt, output)).came;
  }

  if (isUnproven(work, question.prompt)) {
    const verdict = await readsWhole(work, question.prompt, askedBeside('codes at both ends'));
    if (verdict === 'cut') return { kind: 'again', reason: cutSilently(model) };
  }
  const { came, isDoubtful, isTooLong } = await talk(work, taint, question.prompt, room);
  if (isTooLong && mayBeParts && came.kind === 'failed') {
    experience.windows.exceeded(
      model,
      Math.floor(experience.tokens.atMost(question.prompt, model) * SMALLER),
      told,
    );
    return { kind: 'again', reason: came.failure.message };
  }
  if (isDoubtful && came.kind !== 'failed' && isUnproven(work, question.prompt)) {
    // Where the model cannot tell, the server may count in its own way.
    const verdict = await readsWhole(work, question.prompt, askedBeside('codes at both ends'));
    if (verdict === 'cut') return { kind: 'again', reason: cutSilently(model) };
  }
  return came;
}

/** What is tried after a prompt that was too long, in parts of it. */
const SMALLER = 0.66;

function roomQuestion<Said extends CallOutcome>(work: Reasoning<Said>, prompt: string): RoomQuestion {
  const { model, abilities, experience, captured, rule, count } = work;
  const context = experience.windows.context(model, abilities.context);
  return {
    model,
    abilities,
    experience,
    prompt,
    frame: () => work.compose('').prompt,
    pictures: picturesFor(captured, abilities.vision === true, context),
    maxOutputTokens: rule.mind.maxOutputTokens,
    count,
  };
}

/** Asks for the answer, with tools where the rule names some, and has it repaired once. */
async function talk<Said extends CallOutcome>(
  work: Reasoning<Said>,
  taint: Taint,
  prompt: string,
  room: Extract<Fit, { kind: 'fits' }>,
): Promise<{ came: Conversation<Said>; isDoubtful: boolean; isTooLong: boolean }> {
  const { schema } = work.rule.mind;
  const { pictures } = roomQuestion(work, prompt);
  const tools = work.abilities.tools === false ? [] : work.tools;
  // Results need room, too, and the answer after them.
  const forResults = tools.length === 0 ? 0 : Math.floor((room.left ?? DEFAULT_LEFT) * RESULTS_SHARE);
  const maxOutputTokens =
    room.left === null ? room.output : Math.max(1, Math.min(room.output, room.left - forResults));
  let isDoubtful = false;
  let isTooLong = false;
  const ask = async (question: Question): Promise<Said> => {
    const said = await work.ask(question);
    isDoubtful ||= !learn(work, question, said);
    // With results or pictures beside it, it is not the document that is too long.
    const isAlone = !question.turns?.length && !question.pictures?.length && question.prompt === prompt;
    isTooLong ||= isAlone && said.failure?.kind === 'context-overflow';
    return said;
  };
  let isRepair = false;
  const came = await converse(prompt, schema, (words) => {
    const plain = { prompt: words, schema, maxOutputTokens, pictures };
    // What tools were called for has been done: asked for the form of its answer, a model calls none again.
    if (isRepair) return ask(plain);
    isRepair = true;
    return withTools({
      tools,
      maxSteps: work.rule.mind.maxSteps ?? 0,
      taint,
      local: work.local,
      resultCharacters: forResults * CHARACTERS_A_TOKEN,
      signal: work.signal,
      hex: work.hex,
      ask: (turns, specs, mayCall) =>
        ask({
          ...plain,
          ...(specs.length === 0 ? {} : { tools: specs, mayCall }),
          ...(turns.length === 0 ? {} : { turns }),
        }),
    });
  });
  return { came, isDoubtful, isTooLong };
}

/** Of the context that a prompt leaves, for what tools bring. */
const RESULTS_SHARE = 0.6;
/** Where the context is unknown. */
const DEFAULT_LEFT = 16_000;
/** Rather too few: results are lists and numbers as often as prose. */
const CHARACTERS_A_TOKEN = 2.5;

/** Tokens that the words around a part take, beside the rule's own. */
const PART_FRAME = 160;

function inParts<Said extends CallOutcome>(
  work: Reasoning<Said>,
  text: string,
  room: Extract<Fit, { kind: 'parts' }>,
  asked: (question: Question) => Promise<Said>,
) {
  const { tokens } = work.experience;
  const perToken = text.length / Math.max(1, tokens.atMost(text, work.model));
  const length = Math.max(400, Math.floor(Math.max(1, room.part - PART_FRAME) * perToken));
  return readInParts<Said>({
    text,
    question: work.compose('(see above)').key,
    version: work.rule.version,
    partLength: length,
    fenceId: work.hex(8),
    model: work.model,
    store: work.parts,
    async read(prompt): Promise<PartRead<Said>> {
      for (const hint of ['', '\nWrite the notes at once, without thinking about them first.']) {
        const said = await asked({ prompt: `${prompt}${hint}`, schema: null, maxOutputTokens: NOTES_TOKENS });
        if (said.failure !== null) return { kind: 'ended', ended: said, failure: said.failure };
        const notes = readAnswer(null, said.text, said.reasoning);
        if (notes.ok) return { kind: 'notes', text: sanitise(String(notes.answer)) };
        if (hint !== '') return { kind: 'ended', ended: said, failure: withoutNotes(notes.message) };
      }
      throw new Error('there are two tries');
    },
  });
}

/** Notes that nobody wrote are not "nothing of use": the document would be lost without a word. */
function withoutNotes(message: string): ProviderFailure {
  return { kind: 'empty', message: `no notes were written of a part of the document: ${message}` };
}
