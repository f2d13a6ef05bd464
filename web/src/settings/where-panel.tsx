import type { ComponentChildren } from 'preact';
import type { StatusView } from '../../../src/contract/status-view.ts';
import { bytes, count } from '../../../src/surfaces/cli/phrases.ts';
import { Copy } from '../parts/copy.tsx';
import { Panel } from '../parts/panel.tsx';
import { Path } from '../parts/path.tsx';
import { Skeleton } from '../parts/skeleton.tsx';
import { Time } from '../parts/time.tsx';

/** Which daemon this is, and where its things are. */
export function WherePanel({ status }: { status: StatusView | null }) {
  if (status === null) {
    return (
      <Panel title="This daemon">
        <Skeleton what="Which daemon this is" lines={6} />
      </Panel>
    );
  }
  const { home, storage, http } = status;
  const { backups } = storage;
  return (
    <Panel title="This daemon">
      <dl class="where">
        <Fact title="version">{status.version}</Fact>
        <Fact title="started">
          <Time at={status.startedAt} />, process {status.pid}
        </Fact>
        <Fact title="instance">
          <span class="mono">{status.instance}</span>
        </Fact>
        <Fact title="port">
          {http.url ?? http.state}; let in: {count(http.tokens, 'access token')},{' '}
          {count(http.sessions, 'dashboard')}
        </Fact>
        <Place title="configuration" path={`${home.config}/config.yaml`} />
        <Place title="rules" path={home.rules} />
        <Place title="state" path={home.state} />
        <Place title="database" path={storage.database}>
          {bytes(storage.databaseBytes)}
          {storage.checkedAt !== null && (
            <>
              , found well <Time at={storage.checkedAt} />
            </>
          )}
        </Place>
        <Place title="backups" path={backups.folder}>
          {backups.newest === null ? (
            'none yet'
          ) : (
            <>
              {count(backups.count, 'backup')}, the newest <Time at={backups.newest} />
            </>
          )}
        </Place>
        {status.outputRoots.map((root) => (
          <Place key={root} title="may write in" path={root} />
        ))}
      </dl>
    </Panel>
  );
}

function Fact({ title, children }: { title: string; children: ComponentChildren }) {
  return (
    <div>
      <dt>{title}</dt>
      <dd>{children}</dd>
    </div>
  );
}

function Place({ title, path, children }: { title: string; path: string; children?: ComponentChildren }) {
  return (
    <div>
      <dt>{title}</dt>
      <dd>
        <span class="at">
          <Path path={path} />
          <Copy text={path} what={`the path of ${title}`} />
        </span>
        {children !== undefined && <span class="faint">{children}</span>}
      </dd>
    </div>
  );
}
