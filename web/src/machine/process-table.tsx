import { useEffect, useMemo, useRef, useState } from 'preact/hooks';
import type { ProcessesView, ProcessRow } from '../../../src/contract/process-view.ts';
import { count } from '../../../src/surfaces/cli/phrases.ts';
import { useApp } from '../app-context.ts';
import { visibleWords } from '../diff/visible.ts';
import { VisibleText } from '../diff/visible-text.tsx';
import { Button } from '../parts/button.tsx';
import { Empty } from '../parts/empty.tsx';
import { Panel } from '../parts/panel.tsx';
import { Problem } from '../parts/problem.tsx';
import { Skeleton } from '../parts/skeleton.tsx';
import { Since } from '../parts/time.tsx';
import { useLoad } from '../use-load.ts';
import { beneath, type ProcessSort, shownProcesses } from './processes.ts';

/** Asking for all of them takes the daemon some milliseconds. */
const AGAIN_MS = 5000;
const TYPED_MS = 250;
/** Rows that are drawn; the search finds the others. */
const MOST = 200;

/** Processes of this machine, as the daemon's sense sees them. */
export function Processes() {
  const { client } = useApp();
  const [name, setName] = useState('');
  const [tree, setTree] = useState(false);
  const [connections, setConnections] = useState(false);
  const { value, error, reload } = useLoad(
    () => client.processes({ ...(name === '' ? {} : { name }), tree, connections }),
    [name, tree, connections],
  );
  useEffect(() => {
    const timer = setInterval(() => document.visibilityState === 'visible' && reload(), AGAIN_MS);
    return () => clearInterval(timer);
  }, [reload]);
  return (
    <Panel
      title="Processes"
      class="processes"
      aside={
        <>
          <Search change={setName} />
          <Toggle label="Tree" isOn={tree} change={setTree} />
          <Toggle label="Connections" isOn={connections} change={setConnections} />
        </>
      }
    >
      {error !== null && <Problem error={error} retry={reload} />}
      {value === null && error === null && <Skeleton lines={8} what="The processes" />}
      {value?.processes.length === 0 && (
        <Empty title="No process is like that">
          <p>A name, a glob for names, or a part of a command line.</p>
        </Empty>
      )}
      {value !== null && value.processes.length > 0 && (
        <Rows view={value} tree={tree} connections={connections} />
      )}
    </Panel>
  );
}

function Search({ change }: { change(name: string): void }) {
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  useEffect(() => () => clearTimeout(timer.current), []);
  return (
    <input
      type="search"
      class="field"
      maxLength={500}
      placeholder="name or command line"
      aria-label="Search processes"
      onInput={({ currentTarget: { value } }) => {
        clearTimeout(timer.current);
        timer.current = setTimeout(() => change(value.trim()), TYPED_MS);
      }}
    />
  );
}

function Toggle({ label, isOn, change }: { label: string; isOn: boolean; change(isOn: boolean): void }) {
  return (
    <Button isSmall isPressed={isOn} action={() => change(!isOn)}>
      {label}
    </Button>
  );
}

function Rows({ view, tree, connections }: { view: ProcessesView; tree: boolean; connections: boolean }) {
  const [sort, setSort] = useState<ProcessSort>('cpu');
  const [folded, setFolded] = useState<ReadonlySet<number>>(new Set());
  const rows = useMemo(
    () => shownProcesses(view.processes, { sort, tree, folded }),
    [view, sort, tree, folded],
  );
  const sums = useMemo(() => (tree ? beneath(view.processes) : new Map()), [view, tree]);
  function fold(pid: number): void {
    setFolded(
      (before) => new Set(before.has(pid) ? [...before].filter((each) => each !== pid) : [...before, pid]),
    );
  }
  return (
    <>
      <div class="table">
        <table class="process-table">
          <caption class="unseen">Processes</caption>
          <thead>
            <tr>
              {COLUMNS.map(({ key, title, isNumber, isExtra }) => (
                <th
                  key={key}
                  scope="col"
                  class={[isNumber && 'number', isExtra && 'extra'].filter(Boolean).join(' ')}
                  {...(!tree && sort === key
                    ? { 'aria-sort': key === 'name' || key === 'pid' ? 'ascending' : 'descending' }
                    : {})}
                >
                  {tree ? (
                    title
                  ) : (
                    <button type="button" class="sort" onClick={() => setSort(key)}>
                      {title}
                    </button>
                  )}
                </th>
              ))}
              <th scope="col" class="wide extra">
                command
              </th>
            </tr>
          </thead>
          <tbody>
            {rows.slice(0, MOST).map((row) => (
              <Row
                key={row.pid}
                row={row}
                tree={tree}
                connections={connections}
                children={sums.get(row.pid)?.children ?? 0}
                isFolded={folded.has(row.pid)}
                fold={fold}
              />
            ))}
          </tbody>
        </table>
      </div>
      <p class="body dim">
        {rows.length > MOST && `The first ${MOST} of ${rows.length}. `}
        {count(view.matched, 'process', 'processes')}, together {view.total.cpu.toFixed(1)} % of a core and{' '}
        {Math.round(view.total.memoryMb).toLocaleString('en')} MB.
      </p>
    </>
  );
}

const COLUMNS: readonly { key: ProcessSort; title: string; isNumber?: boolean; isExtra?: boolean }[] = [
  { key: 'name', title: 'name' },
  { key: 'pid', title: 'pid', isNumber: true, isExtra: true },
  { key: 'cpu', title: 'cpu %', isNumber: true },
  { key: 'memoryMb', title: 'memory MB', isNumber: true },
  { key: 'threads', title: 'threads', isNumber: true, isExtra: true },
  { key: 'started', title: 'age', isNumber: true, isExtra: true },
];

interface RowProps {
  row: ProcessRow;
  tree: boolean;
  connections: boolean;
  children: number;
  isFolded: boolean;
  fold(pid: number): void;
}

function Row({ row, tree, connections, children, isFolded, fold }: RowProps) {
  const { pid, name, command, cpu, memoryMb, threads, started, depth, status } = row;
  return (
    <>
      <tr>
        <td class="process-name" style={{ '--depth': tree ? Math.min(depth, 12) : 0 }}>
          {tree && children > 0 && (
            <button
              type="button"
              class="fold"
              aria-expanded={!isFolded}
              aria-label={`${isFolded ? 'Show' : 'Hide'} what is beneath ${visibleWords(name)}`}
              onClick={() => fold(pid)}
            >
              {isFolded ? '+' : '−'}
            </button>
          )}
          <span class="mono" title={visibleWords(`${name}, ${status}`)}>
            <VisibleText text={name} />
          </span>
          {isFolded && <span class="dim"> and {children} beneath</span>}
        </td>
        <td class="number extra">{pid}</td>
        <td class="number">{cpu.toFixed(1)}</td>
        <td class="number">{memoryMb.toFixed(memoryMb < 10 ? 1 : 0)}</td>
        <td class="number extra">{threads ?? '–'}</td>
        <td class="number extra">
          <Since at={started} />
        </td>
        <td class="wide extra mono process-command" title={visibleWords(command)}>
          <VisibleText text={command} />
        </td>
      </tr>
      {connections && <Connections row={row} />}
    </>
  );
}

function Connections({ row: { connections } }: { row: ProcessRow }) {
  if (connections === undefined || (connections !== null && connections.length === 0)) return null;
  return (
    <tr class="connections">
      <td colSpan={7}>
        {connections === null ? (
          <span class="faint">its connections may not be seen</span>
        ) : (
          <ul>
            {connections.map(({ protocol, local, remote, state }, at) => (
              <li key={at}>
                <span class="dim">{protocol}</span> <code>{local}</code>
                {remote !== null && (
                  <>
                    {' '}
                    to <code>{remote}</code>
                  </>
                )}{' '}
                <span class="dim">{state}</span>
              </li>
            ))}
          </ul>
        )}
      </td>
    </tr>
  );
}
