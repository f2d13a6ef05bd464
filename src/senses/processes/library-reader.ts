import type { Clock } from '../../base/clock.ts';
import type { ProcessFacts, ProcessStatus } from '../../contract/process.ts';
import type { ProcessConnection } from '../../contract/process-view.ts';
import { commandText, printable } from './command-line.ts';
import type { ProcessReader } from './reader.ts';

/** Each look starts processes of the system's own tools: ten times what a look costs on Linux. */
const LOOK_EVERY_MS = 5000;
/** The library reckons start times from ages in whole seconds: they waver by that much. */
const WAVERS_MS = 2500;

const STATUSES: Readonly<Record<string, ProcessStatus>> = {
  running: 'running',
  sleeping: 'sleeping',
  blocked: 'waiting',
  stopped: 'stopped',
  zombie: 'zombie',
  dead: 'dead',
};

/** The reader for macOS and Windows, over the library `systeminformation`; a look is a snapshot. */
export function createLibraryReader(clock: Clock): ProcessReader {
  let before = new Map<number, ProcessFacts>();

  async function snapshot(): Promise<ProcessFacts[]> {
    const { processes } = await import('systeminformation');
    const { list } = await processes();
    const all = list.map((found): ProcessFacts => {
      const told = new Date(found.started.replace(' ', 'T')).getTime();
      const same = before.get(found.pid);
      // Told as now where it cannot be read, once.
      const wavers = same !== undefined && !(Math.abs(same.started - told) > WAVERS_MS);
      const started = wavers ? same.started : Number.isNaN(told) ? clock.now() : told;
      return {
        identity: `${found.pid}.${started}`,
        pid: found.pid,
        parent: found.parentPid,
        name: printable(found.name),
        names: [printable(found.name)],
        command: commandText([commandOf(found)]),
        started,
        cpu: found.cpu,
        memoryMb: (found.memRss * 1024) / 1e6,
        status: STATUSES[found.state] ?? 'unknown',
        threads: null,
      };
    });
    before = new Map(all.map((facts) => [facts.pid, facts]));
    return all;
  }

  return {
    lookEveryMs: LOOK_EVERY_MS,
    snapshot,
    async look(watched) {
      const known = before;
      const all = await snapshot();
      const alive = new Set(all.filter(({ status }) => status !== 'zombie').map(({ identity }) => identity));
      return {
        came: all.filter(({ pid, identity }) => known.get(pid)?.identity !== identity),
        ended: watched
          .filter(({ identity }) => !alive.has(identity))
          .map(({ identity }) => ({ identity, exitCode: null })),
        unseen: 0,
      };
    },
    async connectionsOf(pids) {
      const { networkConnections } = await import('systeminformation');
      const found = new Map<number, ProcessConnection[] | null>(pids.map((pid) => [pid, []]));
      for (const each of await networkConnections()) found.get(each.pid)?.push(connectionOf(each));
      return found;
    },
    killedForMemory: () => null,
    close() {},
  };
}

/** On macOS it comes in three parts, on Windows whole. */
function commandOf({ path, command, params }: { path: string; command: string; params: string }): string {
  if (process.platform === 'win32') return command;
  const first = path === '' ? command : `${path}/${command}`;
  return params === '' ? first : `${first} ${params}`;
}

interface LibraryConnection {
  protocol: string;
  localAddress: string;
  localPort: string;
  peerAddress: string;
  peerPort: string;
  state: string;
}

function connectionOf(each: LibraryConnection): ProcessConnection {
  const isSix = each.protocol.endsWith('6') || each.localAddress.includes(':');
  const isTcp = each.protocol.startsWith('tcp');
  const nobody =
    ['', '*', '0.0.0.0', '::'].includes(each.peerAddress) || ['', '*', '0'].includes(each.peerPort);
  const text = (address: string, port: string) =>
    address.includes(':') ? `[${address}]:${port}` : `${address}:${port}`;
  return {
    protocol: isTcp ? (isSix ? 'tcp6' : 'tcp') : isSix ? 'udp6' : 'udp',
    local: text(each.localAddress, each.localPort),
    remote: nobody ? null : text(each.peerAddress, each.peerPort),
    state: isTcp ? each.state.toLowerCase().replaceAll('_', '-') : '',
  };
}
