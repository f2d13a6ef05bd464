import type { StatusView } from '../../../src/contract/status-view.ts';
import { Command } from '../parts/command.tsx';
import { Panel } from '../parts/panel.tsx';
import { Path } from '../parts/path.tsx';

/** Whether nothing can happen yet: nothing is watched, or no rule says what to do about it. */
export function isFirstRun({ rules, senses }: StatusView): boolean {
  return rules.length === 0 || (senses.every(({ roots }) => roots.length === 0) && rules.every(isOnFiles));
}

/** What to type before anything happens here. */
export function FirstRun({ status }: { status: StatusView }) {
  const isWatching = status.senses.some(({ roots }) => roots.length > 0);
  return (
    <Panel title="Begin here" class="first-run">
      <ol class="body">
        {!isWatching && (
          <li>
            <p>
              <b>Say what to watch.</b> Nothing is watched yet. The set-up asks for a folder, finds your model
              server, and shows what it would do with three of your own files before it writes anything. It
              wants this daemon stopped; once one runs again, this page goes on by itself:
            </p>
            <Command line="consciousness stop" />
            <Command line="consciousness init" />
          </li>
        )}
        {isWatching && status.rules.length === 0 && (
          <li>
            <p>
              <b>Add a rule.</b> Folders are watched, and no rule says what to do about them. Take a recipe:
              it becomes a file of yours in <Path path={status.home.rules} />
            </p>
            <Command line="consciousness init --add --recipe inbox" />
          </li>
        )}
        <li>
          <p>
            <b>Or only ask.</b> {canThink(status) ? ASKS : ASKS_LATER}
          </p>
          <Command line='consciousness think "What can you do?"' />
        </li>
      </ol>
    </Panel>
  );
}

const ASKS = 'This needs no folder and no rule; the answer comes word by word, here and there:';
const ASKS_LATER =
  'This needs no folder and no rule, but a model server, and none answers yet: start LM Studio, or another one that the settings name. Until then the question waits:';

/** Whether a model is there: extraction answers no questions. */
function canThink({ providers }: StatusView): boolean {
  return providers.some(({ name, state }) => name !== 'builtin' && state === 'online');
}

function isOnFiles({ paths }: StatusView['rules'][number]): boolean {
  return paths.length > 0;
}
