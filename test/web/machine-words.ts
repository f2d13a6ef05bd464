import type { ProcessesView } from '../../src/contract/process-view.ts';
import type { VitalsSeries, VitalsView } from '../../src/contract/vitals-view.ts';

/** A machine that nobody has: what it measured in a time, always the same of the same time. */
export function measured(from: number, to: number, spans: number): VitalsView {
  const series = [...LINES]
    .sort(([one], [other]) => (one < other ? -1 : 1))
    .map(([key, line]): VitalsSeries => {
      const values = Array.from({ length: spans }, (_, at) => {
        const hours = (from + ((at + 0.5) * (to - from)) / spans) / 3_600_000;
        return Math.max(0, Math.round(line(hours) * 100) / 100);
      });
      const sum = values.reduce((all, value) => all + value, 0);
      const [now = 0] = values.slice(-1);
      return {
        ...{ key, now, values, average: Math.round((sum / spans) * 100) / 100 },
        ...{ least: Math.min(...values), most: Math.max(...values) },
      };
    });
  return { from: new Date(from).toISOString(), to: new Date(to).toISOString(), series };
}

/** Between 0 and 1, and never the same for long. */
function wave(hours: number, seed: number): number {
  const part = (speed: number) => Math.sin(hours * speed + seed * 7.3);
  return 0.5 + (part(1.1) * 0.22 + part(4.7) * 0.14 + part(17.3) * 0.09 + part(61.9) * 0.05);
}

/** Now and then something is thought. */
function work(hours: number): number {
  return Math.max(0, Math.sin(hours * 2.9) * Math.sin(hours * 13.1 + 1) - 0.25) * 1.3;
}

const LINES = new Map<string, (hours: number) => number>([
  ['cpu.percent', (hours) => 7 + wave(hours, 1) * 12 + work(hours) * 62],
  ['cpu.iowait_percent', (hours) => wave(hours, 2) * 2],
  ['memory.percent', (hours) => 52 + wave(hours, 3) * 9 + work(hours) * 6],
  ['swap.percent', () => 3.1],
  ['load.1', (hours) => 0.4 + wave(hours, 4) + work(hours) * 5],
  ['load.5', (hours) => 0.6 + wave(hours - 0.03, 4) * 0.9 + work(hours - 0.05) * 4],
  ['load.15', (hours) => 0.8 + wave(hours - 0.1, 4) * 0.8 + work(hours - 0.15) * 3],
  ['disk.percent /', (hours) => 61.2 + wave(hours, 5) * 0.4],
  ['disk.percent /home', (hours) => 78.4 + wave(hours, 6) * 0.3],
  ['disk.read_mb_s nvme0n1', (hours) => wave(hours, 7) * 3 + work(hours) * 40],
  ['disk.write_mb_s nvme0n1', (hours) => wave(hours, 8) * 4],
  ['network.in_mb_s wlan0', (hours) => wave(hours, 9) * 0.8],
  ['network.out_mb_s wlan0', (hours) => wave(hours, 10) * 0.2],
  ['gpu.percent 0', (hours) => work(hours) * 96],
  ['gpu.memory_percent 0', (hours) => 71 + work(hours) * 4],
  ['temperature cpu', (hours) => 44 + wave(hours, 11) * 6 + work(hours) * 26],
  ['battery.percent', () => 100],
]);

const ROWS: readonly (readonly [
  parent: number,
  name: string,
  command: string,
  cpu: number,
  mb: number,
  threads: number,
])[] = [
  [0, 'lm-studio', '/opt/lm-studio/lm-studio', 3.1, 412, 38],
  [1, 'llmworker', '/opt/lm-studio/llmworker --port 1234', 187.4, 6318, 14],
  [1, 'lm-studio', '/opt/lm-studio/lm-studio --type=gpu-process', 1.2, 208, 11],
  [
    0,
    'node',
    'node /usr/lib/node_modules/consciousness-orchestrator/bin/consciousness.js start',
    1.4,
    121,
    19,
  ],
  [0, 'firefox', '/usr/lib/firefox/firefox', 6.8, 1240, 96],
  [5, 'Isolated Web Co', '/usr/lib/firefox/firefox -contentproc', 2.2, 388, 27],
  [5, 'WebExtensions', '/usr/lib/firefox/firefox -contentproc', 0.3, 164, 24],
  [0, 'postgres', '/usr/lib/postgresql/17/bin/postgres -D /var/lib/postgresql/17/main', 0.2, 64, 1],
  [8, 'postgres', 'postgres: 17/main: checkpointer', 0.0, 18, 1],
  [0, 'obsidian', '/usr/bin/obsidian /home/you/Notes', 1.9, 356, 31],
  [0, 'tide-service', '/home/you/harbour/tide-service --gauges 4', 0.7, 88, 12],
  [0, 'gnome-shell', '/usr/bin/gnome-shell', 4.4, 342, 21],
];

/** Its processes, each with its children beneath it. */
export function processes(began: number, name: string): ProcessesView {
  const rows = ROWS.map(([parent, title, command, cpu, memoryMb, threads], at) => ({
    ...{ pid: 2100 + at * 37, parent: parent === 0 ? 1 : 2100 + (parent - 1) * 37, name: title, command },
    started: new Date(began - (ROWS.length - at) * 1_900_000).toISOString(),
    ...{ cpu, memoryMb, status: cpu > 100 ? ('running' as const) : ('sleeping' as const), threads },
    depth: parent === 0 ? 0 : 1,
  })).filter((row) => `${row.name} ${row.command}`.toLowerCase().includes(name.toLowerCase()));
  const sum = (of: (row: (typeof rows)[number]) => number) => rows.reduce((all, row) => all + of(row), 0);
  return {
    ...{ processes: rows, matched: rows.length },
    total: {
      cpu: Math.round(sum(({ cpu }) => cpu) * 10) / 10,
      memoryMb: sum(({ memoryMb }) => memoryMb),
      threads: sum(({ threads }) => threads),
      children: rows.filter(({ depth }) => depth > 0).length,
    },
  };
}
