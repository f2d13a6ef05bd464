import { findAmounts, pickAmount } from './amounts.ts';
import { findDates } from './dates.ts';
import type { Document } from './document.ts';
import { keyPhrases } from './phrases.ts';
import { summarise } from './summary.ts';
import { findTasks } from './tasks.ts';
import { titleOf } from './title.ts';

/** Said first in every free answer, so that nobody takes it for thought. */
const NOTICE = '*Extracted by builtin/extract. It is no language model: these are the text’s own words.*';

/** A free answer as Markdown: title, summary, key phrases, dates, sums and open tasks, as far as there are any. */
export function extractAsMarkdown(document: Document): string {
  const parts = [NOTICE, `**${titleOf(document)}**`, summarise(document)];
  const facts = [
    line('Key phrases', keyPhrases(document, 6)),
    line('Dates', unique(findDates(document.text).map((date) => date.iso)).slice(0, 8)),
    line('Amounts', amountsOf(document)),
  ].filter((fact) => fact !== '');
  if (facts.length > 0) parts.push(facts.join('\n'));
  const open = findTasks(document.text).filter((task) => !task.done);
  if (open.length > 0) parts.push(`**Open tasks**\n\n${open.map((task) => `- [ ] ${task.text}`).join('\n')}`);
  return `${parts.filter((part) => part !== '').join('\n\n')}\n`;
}

/** The main sum first. */
function amountsOf(document: Document): string[] {
  const amounts = findAmounts(document.text);
  const main = pickAmount(amounts);
  return unique([...(main === null ? [] : [main]), ...amounts].map((amount) => amount.text)).slice(0, 6);
}

function line(label: string, values: string[]): string {
  return values.length === 0 ? '' : `- ${label}: ${values.join(', ')}`;
}

function unique(values: string[]): string[] {
  return [...new Set(values)];
}
