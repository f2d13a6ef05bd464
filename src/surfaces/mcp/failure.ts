import type { CallToolResult } from '@modelcontextprotocol/server';
import { ProtocolError, ProtocolErrorCode } from '@modelcontextprotocol/server';
import type { Problem } from '../../contract/api.ts';
import { sanitise } from '../../mind/prompt.ts';
import { problemOf } from '../http/problem.ts';
import { cut } from './data.ts';

/** Most characters of an error. */
const ERROR_LIMIT = 2000;

/** An error as the answer of a tool: the model that called it can read what to do. */
export function failedCall(error: unknown, report: (error: unknown) => void): CallToolResult {
  return { isError: true, content: [{ type: 'text', text: failureText(error, report) }] };
}

/** An error of a question that has no other way to fail than the protocol's. */
export function failedRequest(error: unknown, report: (error: unknown) => void): ProtocolError {
  const code =
    problemOf(error).status < 500 ? ProtocolErrorCode.InvalidParams : ProtocolErrorCode.InternalError;
  return new ProtocolError(code, failureText(error, report));
}

function failureText(error: unknown, report: (error: unknown) => void): string {
  const problem = problemOf(error);
  if (problem.code === 'internal') report(error);
  return cut(sanitise(sentences(problem)), ERROR_LIMIT).text;
}

function sentences({ code, detail, value, allowed, next }: Problem): string {
  return [
    `${detail} (${code})`,
    value === undefined ? '' : `Found: ${String(value)}`,
    allowed === undefined ? '' : `Allowed: ${allowed}`,
    next === undefined ? '' : `Next: ${next}`,
  ]
    .filter((line) => line !== '')
    .join('\n');
}
