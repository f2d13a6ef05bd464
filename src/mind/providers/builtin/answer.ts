import type { ThinkCall } from '../../../contract/provider.ts';
import { readDocument } from './document.ts';
import { fillSchema } from './fill.ts';
import { extractAsMarkdown } from './markdown.ts';

/** The answer from a document's own words: JSON where the call has a schema, else Markdown. */
export function answerFrom(call: ThinkCall): string {
  const document = readDocument(call.document ?? call.prompt, call.documentName);
  return call.schema === null
    ? extractAsMarkdown(document)
    : JSON.stringify(fillSchema(call.schema, document));
}
