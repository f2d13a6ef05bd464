import * as z from 'zod';
import { encoded, noText, plain } from './byte-text.ts';
import { type Edit, type Edited, impossible, stays, type TakenOut } from './edit.ts';
import { fileOf, type Line, linesOfFile } from './lines.ts';
import { knownTasks, taskKey } from './open-tasks.ts';
import { type Placement, placeUnder, putIn, takeOut } from './placement.ts';

/** Open tasks, and the heading of the list that they go under: the name of what they were found in. */
export type TaskList = z.infer<typeof taskList>;

const taskList = z.strictObject({ under: z.string(), tasks: z.array(z.string()) });

/** The planned content of collected tasks. */
export function tasksContent(list: TaskList): string {
  return `${JSON.stringify(list, null, 2)}\n`;
}

/** Adds the tasks that a list does not have yet, wherever in it, open or ticked off. None is ever taken out. */
export const tasks: Edit = {
  apply(whole, { content }): Edited {
    const why = whole && noText(whole);
    if (why) return impossible(why);
    const { bom, lines } = linesOfFile(whole);
    const placement = place(lines, content);
    if (placement === null) return { kind: 'already', exact: true, note: '' };
    return { kind: 'changed', content: fileOf({ bom, lines: putIn(lines, placement) }), note: '' };
  },

  undo(now, { content }, former): TakenOut {
    if (former.bytes === 'unknown')
      return stays('what it held before was removed by retention (undo in the configuration)');
    const placement = place(linesOfFile(former.bytes).lines, content);
    const { bom, lines } = linesOfFile(now);
    let left = lines;
    for (const [index, text] of (placement?.texts ?? []).toReversed().entries()) {
      const at = left.findLastIndex((line) => line.text === text);
      if (at === -1)
        return stays(`the task "${plain(text.slice('- [ ] '.length))}" was changed since it was collected`);
      const isFirst = index + 1 === placement?.texts.length;
      left = takeOut(left, at, 1, aroundOne(placement, isFirst, index === 0));
    }
    return {
      kind: 'taken',
      content: left.length === 0 && former.bytes === null ? null : fileOf({ bom, lines: left }),
    };
  },
};

/** The heading goes with the first task, which is taken out last; the blank line beneath with the last. */
function aroundOne(placement: Placement | null, isFirst: boolean, isLast: boolean): Placement | null {
  return (
    placement && { ...placement, above: isFirst ? placement.above : [], below: isLast ? placement.below : [] }
  );
}

/** Where the tasks go that are new; null = none is. */
function place(lines: readonly Line[], content: string): Placement | null {
  const list = taskList.parse(JSON.parse(content));
  const known = knownTasks(lines);
  const texts: string[] = [];
  for (const task of list.tasks) {
    const words = encoded(task).replace(/[\r\n]+[ \t]*/g, ' ');
    const key = taskKey(words);
    if (key === '' || known.has(key)) continue;
    known.add(key);
    texts.push(`- [ ] ${words}`);
  }
  return texts.length === 0 ? null : placeUnder(lines, encoded(list.under).replace(/[\r\n]+/g, ' '), texts);
}
