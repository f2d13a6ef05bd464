import type { ProcessConnection } from '../../contract/process-view.ts';
import type { KernelFiles } from '../kernel-files.ts';

const PROTOCOLS = ['tcp', 'tcp6', 'udp', 'udp6'] as const;

/** Names of the kernel's states of a TCP socket, from 1 on. */
const STATES = [
  ...['established', 'syn-sent', 'syn-received', 'fin-wait-1', 'fin-wait-2', 'time-wait', 'closed'],
  ...['close-wait', 'last-ack', 'listen', 'closing', 'syn-received'],
];

/** Joins the sockets that processes hold open with the tables of their network; null for whose we may not see. */
export function connectionsIn(
  proc: KernelFiles,
  pids: readonly number[],
): Map<number, ProcessConnection[] | null> {
  /** A container has a network of its own, and with it other tables. */
  const tables = new Map<string, Map<string, ProcessConnection>>();
  const tableFor = (pid: number) => {
    const network = proc.link(`${pid}/ns/net`) ?? '';
    let table = tables.get(network);
    if (table === undefined) {
      table = new Map();
      for (const protocol of PROTOCOLS)
        for (const [inode, connection] of parseSockets(protocol, proc.text(`${pid}/net/${protocol}`) ?? ''))
          table.set(inode, connection);
      tables.set(network, table);
    }
    return table;
  };
  return new Map(
    pids.map((pid) => {
      const inodes = socketsOf(proc, pid);
      if (inodes === null) return [pid, null];
      if (inodes.size === 0) return [pid, []];
      const table = tableFor(pid);
      return [pid, [...inodes].flatMap((inode) => table.get(inode) ?? [])];
    }),
  );
}

/** Inodes of the sockets that a process holds open. */
function socketsOf(proc: KernelFiles, pid: number): Set<string> | null {
  const descriptors = proc.list(`${pid}/fd`);
  if (descriptors === null) return null;
  const inodes = new Set<string>();
  for (const descriptor of descriptors) {
    const inode = /^socket:\[(\d+)\]$/.exec(proc.link(`${pid}/fd/${descriptor}`) ?? '')?.[1];
    if (inode !== undefined) inodes.add(inode);
  }
  return inodes;
}

/** A table of /proc/net by inode; see proc_pid_net(5). */
export function parseSockets(
  protocol: (typeof PROTOCOLS)[number],
  text: string,
): Map<string, ProcessConnection> {
  const found = new Map<string, ProcessConnection>();
  for (const line of text.split('\n').slice(1)) {
    const fields = line.trim().split(/\s+/);
    const [, local, remote, state] = fields;
    const inode = fields[9];
    if (!local || !remote || !state || !inode || inode === '0') continue;
    const isTcp = protocol.startsWith('tcp');
    found.set(inode, {
      protocol,
      local: addressOf(local),
      remote: /^0+:0000$/.test(remote) ? null : addressOf(remote),
      state: isTcp ? (STATES[Number.parseInt(state, 16) - 1] ?? '') : '',
    });
  }
  return found;
}

/** `0100007F:1F90` is 127.0.0.1:8080: words of four bytes as this machine keeps them, little end first. */
function addressOf(text: string): string {
  const [address = '', port = ''] = text.split(':');
  const bytes = Buffer.from(address, 'hex');
  for (let at = 0; at + 4 <= bytes.length; at += 4) bytes.subarray(at, at + 4).reverse();
  const number = Number.parseInt(port, 16);
  if (bytes.length === 4) return `${bytes.join('.')}:${number}`;
  const isMapped = bytes.readUInt32BE(8) === 0xffff && bytes.readBigUInt64BE(0) === 0n;
  if (isMapped) return `${bytes.subarray(12).join('.')}:${number}`;
  const groups = Array.from({ length: 8 }, (_, index) => bytes.readUInt16BE(index * 2).toString(16));
  return `${new URL(`http://[${groups.join(':')}]`).hostname}:${number}`;
}
