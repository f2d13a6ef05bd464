import type {
  CallToolResult,
  McpServer,
  ServerContext,
  StandardSchemaWithJSON,
  ToolAnnotations,
} from '@modelcontextprotocol/server';
import * as z from 'zod';
import { CodedError, EXIT } from '../../base/errors.ts';
import type { Scope } from '../../contract/access.ts';
import { checked } from '../http/input.ts';
import { asData, cut, harmless, NOTICE, TEXT_LIMIT } from './data.ts';
import { failedCall } from './failure.ts';
import type { Given } from './given.ts';
import type { Source } from './source.ts';

/** A tool, for whoever may call it. */
export interface Tool {
  name: string;
  scope: Scope;
  offer(server: McpServer, given: Given): void;
}

/** One call of a tool. */
export interface Call {
  given: Given;
  /** Asks until the caller is gone. */
  source: Source;
  /** Aborts when the caller is gone. */
  signal: AbortSignal;
  context: ServerContext;
}

/** What a tool answers. Words of ours stand before and after what is data. */
export interface Told<Structured> {
  before: string;
  data: string;
  after?: string;
  structured: Structured;
}

interface Definition<Input extends z.ZodType, Shape extends z.ZodRawShape> {
  name: string;
  title: string;
  /** Words of ours alone: nothing that was watched ever gets in here. */
  description: string;
  scope: Scope;
  annotations: ToolAnnotations;
  input: Input;
  output: Shape;
  /** Most characters of one string in the structured answer. */
  fieldLimit?: number;
  run(args: z.output<Input>, call: Call): Promise<Told<z.output<z.ZodObject<Shape>>>>;
}

/** What is true of tools that only look. */
export const LOOKS: ToolAnnotations = {
  readOnlyHint: true,
  destructiveHint: false,
  idempotentHint: true,
  openWorldHint: false,
};

/** A tool whose answers are marked as data, made harmless and kept short, and whose errors say what to do. */
export function tool<Input extends z.ZodType, Shape extends z.ZodRawShape>(
  definition: Definition<Input, Shape>,
): Tool {
  const { name, title, description, scope, annotations, input, output, fieldLimit, run } = definition;
  return {
    name,
    scope,
    offer(server, given) {
      const inputSchema = uncheckedForm(input);
      const outputSchema = uncheckedForm(z.object({ notice: z.string(), ...output }));
      server.registerTool(
        name,
        { title, description, annotations, inputSchema, outputSchema },
        async (args, context): Promise<CallToolResult> => {
          const signal = AbortSignal.any([context.mcpReq.signal, given.signal]);
          try {
            const source = given.ask(signal);
            const told = await run(checked(input, args, ''), { given, source, signal, context });
            return {
              content: [{ type: 'text', text: textOf(told, given) }],
              structuredContent: { notice: NOTICE, ...harmless(told.structured, fieldLimit) },
            };
          } catch (error) {
            return failedCall(given.signal.aborted ? letGo() : error, given.report);
          }
        },
      );
    },
  };
}

function letGo(): CodedError {
  return new CodedError('client-let-go', 'this is answered no more', {
    next: 'see whether the daemon runs, and whether the token is still good: consciousness token list',
    exitCode: EXIT.unavailable,
  });
}

function textOf({ before, data, after = '' }: Told<unknown>, { random }: Given): string {
  const { text, left } = cut(data, TEXT_LIMIT);
  const rest = left === 0 ? '' : `${left} characters are left out here.`;
  return [before, text === '' ? '' : asData(text, random), rest, after].filter(Boolean).join('\n');
}

/** The schema as clients see it; it is checked by us, whose errors name value and bound. */
function uncheckedForm(schema: z.ZodType): StandardSchemaWithJSON {
  const { version, vendor } = schema['~standard'];
  const validate = (value: unknown) => ({ value });
  return { '~standard': { version, vendor, validate, jsonSchema: jsonFormOf(schema) } };
}

/**
 * Without the name of its dialect, which clients from before 2026 do not know and refuse; what we use means the same in
 * theirs.
 */
function jsonFormOf(schema: z.ZodType): StandardSchemaWithJSON['~standard']['jsonSchema'] {
  const { jsonSchema } = schema['~standard'];
  const plain = ({ $schema: _dialect, ...rest }: Record<string, unknown>) => rest;
  return {
    input: (options) => plain(jsonSchema.input(options)),
    output: (options) => plain(jsonSchema.output(options)),
  };
}
