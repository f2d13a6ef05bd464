import type { StatusView } from '../../../src/contract/status-view.ts';
import { VisibleText } from '../diff/visible-text.tsx';
import { Link } from '../parts/link.tsx';
import { Panel } from '../parts/panel.tsx';
import { Path } from '../parts/path.tsx';
import { State } from '../parts/state.tsx';
import { Time } from '../parts/time.tsx';
import { byFile, ruleOf, type Trouble } from './trouble.ts';

/** Problems of one file that are told here: its page has them all. */
const MOST = 3;

/** What is wrong and does not keep the daemon from going on: problems, senses, folders, the database. */
export function TroublePanel({ status }: { status: StatusView | null }) {
  if (status === null) return null;
  const { problems, senses, lastError, storage, home } = status;
  const away = senses.flatMap(({ roots }) => roots).filter(({ state }) => state === 'offline');
  const poor = senses.filter(({ state }) => state === 'degraded' || state === 'offline');
  const told = [...problems, ...(storage.backups.problem === null ? [] : [storage.backups.problem])];
  if (told.length + away.length + poor.length === 0 && lastError === null) return null;
  return (
    <Panel title="Needs a look" class="needs-look">
      <ul class="trouble">
        {byFile(told).map((trouble) => (
          <li key={`${trouble.file} ${trouble.said[0]}`}>
            <State of="problem" />
            <InFile trouble={trouble} rules={home.rules} />
            <ul>
              {trouble.said.slice(0, MOST).map((problem) => (
                <li key={problem}>
                  <VisibleText text={problem} />
                </li>
              ))}
            </ul>
            {trouble.said.length > MOST && <span class="faint">and {trouble.said.length - MOST} more</span>}
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

function InFile({ trouble: { file }, rules }: { trouble: Trouble; rules: string }) {
  if (file === '') return null;
  const rule = ruleOf(file, rules);
  if (rule === null) return <Path path={file} />;
  return (
    <Link page="rules" of={rule} title="Mend it">
      <Path path={file} />
    </Link>
  );
}
