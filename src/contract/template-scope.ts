import type { EventData } from './event-data.ts';

/** What templates of prompts and outputs see. Absent values are null, never undefined: variables are strict. */
export interface TemplateScope {
  event: Record<keyof typeof EVENT_NAMES, unknown>;
  /** The captured text; null for requests. */
  file: { text: string; name: string; format: string; truncated: boolean } | null;
  request: { text: string } | null;
  /** The validated object, or the text; null in prompts. */
  answer: unknown;
  thought: { id: string; model: string | null };
  rule: { name: string; version: string };
  /** One of a list of the answer; with `each` only. */
  item?: unknown;
  /** ISO 8601, UTC. */
  now: string;
}

const EVENT_NAMES = {
  path: 'Absolute path of the file.',
  name: "The file's name.",
  root: 'The watched root it is in.',
  change: '`added`, `modified`, `deleted` or `moved`.',
  from: 'Where it was before; with `moved` only.',
  revision: 'How many times its content has changed, from 1.',
  size: 'Bytes.',
  modified: 'When it was changed, ISO 8601 in UTC.',
  hash: 'xxh64 of its content.',
  binary: 'Whether it has a NUL byte in its first 8 KiB.',
  growing: 'Whether it was still being written.',
  text: "A request's text; of other senses what was perceived, in words.",
  kind: 'What happened: `process.exited`, `log.lines`, `schedule.due`, …',
  lines: 'Lines of a log that it is about.',
  process:
    'The process: pid, name, command, started, cpu, memory_mb, status, threads, children, connections, exit.',
  condition: 'The condition that came true: metric, of, value, before, limit, since.',
  slot: 'When a schedule was due, ISO 8601 in UTC.',
  missed: 'How many times before it was missed.',
  provider: 'The provider that it is about.',
  reason: 'Why it happened.',
  thought: 'A finished thought’s id, where the event is about one.',
  rule: 'A finished thought’s rule, where the event is about one.',
  date: 'The day of the event in the configured time zone: 2026-04-12.',
  at: 'The instant of the event, ISO 8601 in UTC.',
} as const;

/** Every name a template may use, with its fields and what each is. `answer` has the fields of the rule's schema. */
export const TEMPLATE_NAMES = {
  event: EVENT_NAMES,
  file: {
    text: 'The captured text.',
    name: "The file's name.",
    format: 'What it was read as: `markdown`, `pdf`, …',
    truncated: 'Whether only its beginning was captured.',
  },
  request: { text: 'What was asked.' },
  answer: null,
  thought: {
    id: "The thought's id.",
    model: 'The provider and model that answered: `builtin/extract`; null in prompts.',
  },
  rule: { name: "The rule's name.", version: "The rule's version." },
  item: null,
  now: null,
} as const satisfies Record<keyof TemplateScope, Record<string, string> | null>;

export interface ScopeParts {
  /** `at` in epoch milliseconds. */
  event: { at: number; data: EventData };
  /** The captured text with its format; null where there is none. */
  captured: { text: string; format: string; truncated: boolean } | null;
  answer: unknown;
  /** The rule's answer schema; null = free text. */
  schema: Record<string, unknown> | null;
  thought: string;
  /** `provider/model` that answered; null in prompts. */
  model: string | null;
  rule: { name: string; version: string };
  /** Epoch milliseconds. */
  now: number;
  /** IANA name, or `system`. */
  timezone: string;
}

/** The scope of one thought's templates: the one place where names and absent values are settled. */
export function templateScope(parts: ScopeParts): TemplateScope {
  const { data, at } = parts.event;
  const name = data.name ?? data.path?.slice(data.path.lastIndexOf('/') + 1) ?? null;
  return {
    event: {
      path: data.path ?? null,
      name,
      root: data.root ?? null,
      change: data.change ?? null,
      from: data.from ?? null,
      revision: data.revision ?? null,
      size: data.size ?? null,
      modified: data.modified ?? null,
      hash: data.hash ?? null,
      binary: data.binary ?? null,
      growing: data.growing ?? null,
      text: data.text ?? (data.kind === undefined ? null : (parts.captured?.text ?? null)),
      kind: data.kind ?? null,
      lines: data.lines ?? null,
      process: data.process ?? null,
      condition: data.condition ?? null,
      slot: data.slot ?? null,
      missed: data.missed ?? null,
      provider: data.provider ?? null,
      reason: data.reason ?? null,
      thought: data.thought ?? null,
      rule: data.rule ?? null,
      date: dayOf(at, parts.timezone),
      at: new Date(at).toISOString(),
    },
    file: data.kind === undefined ? fileOf(parts.captured, name) : null,
    request: data.text === undefined ? null : { text: data.text },
    answer: parts.schema === null ? parts.answer : absentAsNull(parts.answer, parts.schema),
    thought: { id: parts.thought, model: parts.model },
    rule: { name: parts.rule.name, version: parts.rule.version },
    now: new Date(parts.now).toISOString(),
  };
}

/** An answer in which every property that its schema knows exists: what a model left out is null. */
export function absentAsNull(answer: unknown, schema: unknown): unknown {
  if (!isObject(schema)) return answer;
  if (Array.isArray(answer)) return answer.map((item) => absentAsNull(item, schema['items']));
  if (!isObject(answer) || !isObject(schema['properties'])) return answer;
  const filled = new Map<string, unknown>(Object.entries(answer));
  for (const [name, property] of Object.entries(schema['properties'])) {
    filled.set(name, absentAsNull(filled.get(name) ?? null, property));
  }
  return Object.fromEntries(filled);
}

function fileOf(captured: ScopeParts['captured'], name: string | null): TemplateScope['file'] {
  if (captured === null) return null;
  const { text, format, truncated } = captured;
  return { text, name: name ?? '', format, truncated };
}

/** The day of an instant (epoch ms) in a time zone: `2026-04-12`. */
export function dayOf(at: number, timezone: string): string {
  if (timezone === 'system') return localDayOf(new Date(at));
  const parts = dayFormat(timezone).formatToParts(at);
  const part = (type: string) => parts.find((each) => each.type === type)?.value ?? '';
  return `${part('year').padStart(4, '0')}-${part('month')}-${part('day')}`;
}

/** Not by `Intl`, as most need no other time zone: its first formatter leaves 5 MB of tables in memory [measured]. */
function localDayOf(at: Date): string {
  const two = (number: number) => String(number).padStart(2, '0');
  return `${String(at.getFullYear()).padStart(4, '0')}-${two(at.getMonth() + 1)}-${two(at.getDate())}`;
}

/** Making a formatter takes 0.3 ms [measured]; a daemon has one time zone at a time. */
let lastFormat: { timezone: string; format: Intl.DateTimeFormat } | undefined;

function dayFormat(timezone: string): Intl.DateTimeFormat {
  if (lastFormat?.timezone === timezone) return lastFormat.format;
  const format = new Intl.DateTimeFormat('en-US', {
    timeZone: timezone,
    calendar: 'gregory',
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
  });
  lastFormat = { timezone, format };
  return format;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
