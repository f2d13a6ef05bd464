import type { StatusView } from '../../../src/contract/status-view.ts';
import { VisibleText } from '../diff/visible-text.tsx';
import { Panel } from '../parts/panel.tsx';
import { Path } from '../parts/path.tsx';
import { State } from '../parts/state.tsx';
import { Time } from '../parts/time.tsx';

/** What is wrong and does not keep the daemon from going on: problems, senses, folders, the database. */
export function TroublePanel({ status }: { status: StatusView | null }) {
  if (status === null) return null;
  const { problems, senses, lastError, storage } = status;
  const away = senses.flatMap(({ roots }) => roots).filter(({ state }) => state === 'offline');
  const poor = senses.filter(({ state }) => state === 'degraded' || state === 'offline');
  const told = [...problems, ...(storage.backups.problem === null ? [] : [storage.backups.problem])];
  if (told.length + away.length + poor.length === 0 && lastError === null) return null;
  return (
    <Panel title="Needs a look" class="needs-look">
      <ul class="trouble">
        {told.map((problem) => (
          <li key={problem}>
            <State of="problem" />
            <span>
              <VisibleText text={problem} />
            </span>
          </li>
        ))}
        {away.map(({ path, detail }) => (
          <li key={path}>
            <State of="offline" />
            <Path path={path} />
            <span>
              <VisibleText text={detail} />
            </span>
          </li>
        ))}
        {poor.map(({ name, state, detail }) => (
          <li key={name}>
            <State of={state} />
            <span>
              <VisibleText text={`the sense of ${name}${detail === '' ? '' : `: ${detail}`}`} />
            </span>
          </li>
        ))}
        {lastError !== null && (
          <li>
            <State of="problem">last error</State>
            <span>
              <VisibleText text={lastError.message} /> <Time at={lastError.at} />
            </span>
          </li>
        )}
      </ul>
    </Panel>
  );
}
