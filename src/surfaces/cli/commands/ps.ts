import { EXIT } from '../../../base/errors.ts';
import type { ProcessesView, ProcessRow } from '../../../contract/process-view.ts';
import type { Command, Context } from '../command.ts';
import { ago, count } from '../phrases.ts';
import { printTable } from '../table.ts';

export const command: Command = {
  name: 'ps',
  arguments: [
    {
      name: 'name',
      summary: 'lmstudio, ollama, llama-server, a glob for names, or a part of command lines',
      required: false,
      many: false,
    },
  ],
  options: [
    { flags: '--tree', summary: 'each with its children beneath it' },
    { flags: '--connections', summary: 'also the open internet sockets of each' },
  ],
  examples: [
    { line: 'consciousness ps', does: 'Those that use the most memory come first. Needs no daemon.' },
    { line: 'consciousness ps lmstudio --tree', does: 'LM Studio and all that belongs to it.' },
    { line: "consciousness ps 'llama*' --connections --json", does: 'Who talks to it, for a program.' },
  ],
  exitCodes: { 0: 'listed', 1: 'no process is named so' },
  json: '{ "processes": { "pid", "parent", "name", "command", "started", "cpu", "memoryMb", "status", "threads", "depth", "connections"? }[], "matched": number, "total": { "cpu", "memoryMb", "threads", "children" } }',
  async run(context, args, options) {
    const [name] = args;
    const view = await context.lookAtProcesses({
      ...(name === undefined ? {} : { name }),
      tree: options['tree'] === true,
      connections: options['connections'] === true,
      signal: context.signal,
    });
    if (context.json) context.out.json(view);
    else if (view.matched === 0) context.out.line(`No process is named ${name}, and no command line has it.`);
    else print(context, view, options['tree'] === true);
    return view.matched === 0 ? EXIT.failed : EXIT.ok;
  },
};

function print({ out, clock }: Context, { processes, matched, total }: ProcessesView, isTree: boolean): void {
  const rows = isTree ? processes : processes.toSorted((a, b) => b.memoryMb - a.memoryMb);
  const columns = [
    { title: 'PID', align: 'right' },
    { title: 'NAME' },
    { title: 'CPU', align: 'right' },
    { title: 'MEMORY', align: 'right' },
    { title: 'THREADS', align: 'right' },
    { title: 'STATUS' },
    { title: 'SINCE', align: 'right' },
    { title: 'COMMAND', flexible: true },
  ] as const;
  const cells = (row: ProcessRow) => [
    String(row.pid),
    `${'  '.repeat(row.depth)}${row.name}`,
    percent(row.cpu),
    megabytes(row.memoryMb),
    row.threads === null ? '-' : String(row.threads),
    row.status,
    ago(row.started, clock.now()),
    row.command,
  ];
  printTable(out, columns, rows.map(cells));
  const isAsked = rows.some(({ connections }) => connections !== undefined);
  if (isAsked) for (const row of rows) printConnections(out, row);
  const with_ = total.children === 0 ? '' : ` with ${count(total.children, 'process', 'processes')} beneath`;
  const threads = total.threads === null ? '' : `, ${count(total.threads, 'thread')}`;
  const sum = `${percent(total.cpu)} of a core, ${megabytes(total.memoryMb)}${threads}`;
  out.line(['dim', `${count(matched, 'process', 'processes')}${with_}: ${sum}`]);
}

function printConnections(out: Context['out'], { pid, name, connections = null }: ProcessRow): void {
  if (connections?.length === 0) return;
  out.line();
  out.line(['bold', `${name} (${pid})`], connections === null ? ': its sockets cannot be seen' : '');
  const columns = [{ title: '' }, { title: '' }, { title: '' }, { title: '' }];
  printTable(
    out,
    columns,
    (connections ?? []).map(({ protocol, local, remote, state }) => [
      protocol,
      local,
      remote ?? '-',
      state || '-',
    ]),
    2,
  );
}

function percent(value: number): string {
  return `${value.toFixed(value < 10 ? 1 : 0)} %`;
}

function megabytes(value: number): string {
  return value < 10_000 ? `${value.toFixed(0)} MB` : `${(value / 1000).toFixed(1)} GB`;
}
