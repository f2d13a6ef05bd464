import { editing } from './editing.ts';
import { openTasks } from './edits/open-tasks.ts';
import { sourceHeading } from './edits/source-heading.ts';
import { tasks as edit, tasksContent } from './edits/tasks.ts';
import { wantedOf } from './wanted.ts';

/** Open tasks of the captured text, or of a text of the rule's, on a list: under a link to where they were found. */
export const tasks = editing({
  kind: 'tasks',
  mode: 'edit',
  edit,
  keeps: true,
  compose(output, rendering) {
    const { body, under } = output;
    const { event, file, request, rule } = rendering.scope;
    const captured = file?.text ?? request?.text ?? event.text;
    const text = body === '' ? captured : rendering.text(body);
    const heading =
      typeof event.path === 'string'
        ? sourceHeading(event.path, wantedOf(output, rendering))
        : `## ${rule.name}`;
    return tasksContent({
      under: under === undefined ? heading : rendering.text(under),
      tasks: openTasks(typeof text === 'string' ? text : ''),
    });
  },
});
