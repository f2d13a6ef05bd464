import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { loadavg, tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import { systemClock } from '../../../src/base/clock.ts';
import { metricOf, partsOf } from '../../../src/contract/vitals.ts';
import { createLinuxVitals } from '../../../src/senses/vitals/linux-reader.ts';
import { run } from '../processes/proc.ts';

const skip = process.platform === 'linux' ? false : 'reads /proc of Linux';

function near(ours: number | undefined, theirs: number, within: number, what: string): void {
  assert.ok(ours !== undefined && Math.abs(ours - theirs) <= within, `${what}: ${ours} and ${theirs}`);
}

describe('the vitals of this machine', { skip }, () => {
  const reader = createLinuxVitals({ clock: systemClock });

  it('agree with free, within 2 % of the memory', async () => {
    const { values } = await reader.sample();
    const lines = execFileSync('free', ['-b'], { encoding: 'utf8' }).split('\n');
    const [, total = 0, , , , , available = 0] = (lines[1] ?? '').split(/\s+/).map(Number);
    const [, swap = 0, swapUsed = 0] = (lines[2] ?? '').split(/\s+/).map(Number);
    near(values['memory.available_mb'], available / 1e6, total / 1e6 / 50, 'available');
    near(values['memory.used_mb'], (total - available) / 1e6, total / 1e6 / 50, 'used');
    near(values['memory.percent'], (100 * (total - available)) / total, 2, 'percent');
    near(values['swap.percent'], swap === 0 ? 0 : (100 * swapUsed) / swap, 2, 'swap');
  });

  it('agree with df, within 1 % and 0.1 GB, for every disk that both know', async () => {
    const { values } = await reader.sample();
    const mounts = Object.keys(values)
      .map(partsOf)
      .filter(({ metric }) => metric === 'disk.percent')
      .map(({ of }) => of);
    assert.ok(mounts.includes('/'), `${mounts}`);
    for (const mount of mounts) {
      const table = execFileSync('df', ['-B1', '--output=used,avail', mount], { encoding: 'utf8' });
      const [used = 0, available = 0] = (table.split('\n')[1] ?? '').trim().split(/\s+/).map(Number);
      near(values[`disk.percent ${mount}`], (100 * used) / (used + available), 1, `${mount} percent`);
      near(values[`disk.free_gb ${mount}`], available / 1e9, 0.1 + available / 1e11, `${mount} free`);
    }
  });

  it('agree with the load that the system tells', async () => {
    const { values } = await reader.sample();
    const [one = 0, five = 0, fifteen = 0] = loadavg();
    near(values['load.1'], one, 0.5, 'load.1');
    near(values['load.5'], five, 0.2, 'load.5');
    near(values['load.15'], fifteen, 0.1, 'load.15');
  });

  it('see a busy core: as much as /proc/stat tells, within 10 points', async (t) => {
    const times = () => {
      const [, ...fields] = (readFileSync('/proc/stat', 'utf8').split('\n')[0] ?? '').split(/ +/);
      const [user = 0, nice = 0, system = 0, idle = 0, iowait = 0, irq = 0, soft = 0, steal = 0] =
        fields.map(Number);
      const busy = user + nice + system + irq + soft;
      return { busy, total: busy + idle + iowait + steal };
    };
    const child = run(t, process.execPath, '-e', 'console.log("ready"); for (;;);');
    await child.line();
    await reader.sample();
    const before = times();
    while (times().total - before.total < 60) await new Promise(setImmediate);
    const { values } = await reader.sample();
    const now = times();
    near(values['cpu.percent'], (100 * (now.busy - before.busy)) / (now.total - before.total), 10, 'cpu');
    assert.ok((values['cpu.percent'] ?? 0) > 20);
  });

  it('see what is written to a disk', async (t) => {
    const folder = mkdtempSync(join(tmpdir(), 'vitals-'));
    t.after(() => rmSync(folder, { recursive: true }));
    const began = performance.now();
    const { values: before } = await reader.sample();
    const disks = Object.keys(before).filter((key) => key.startsWith('disk.write_mb_s '));
    if (disks.length === 0) return t.skip('no disk is counted here');
    execFileSync('dd', ['if=/dev/zero', `of=${join(folder, 'file')}`, 'bs=1M', 'count=40', 'conv=fsync'], {
      stdio: 'ignore',
    });
    const { values } = await reader.sample();
    const seconds = (performance.now() - began) / 1000;
    const written = disks.reduce((sum, key) => sum + (values[key] ?? 0), 0) * seconds;
    // Others write too; a temporary folder in memory writes nothing.
    if (written > 1) assert.ok(written > 38, `${written} MB`);
  });

  it('are all in the table of metrics', async () => {
    await reader.sample();
    const { values } = await reader.sample();
    const unknown = Object.keys(values).filter((key) => {
      const metric = metricOf(key);
      return metric === null || (metric.of === '') !== (partsOf(key).of === '');
    });
    assert.deepEqual(unknown, []);
    assert.ok(Object.values(values).every(Number.isFinite));
  });
});

describe('the vitals of a laptop made up', () => {
  function laptop(t: TestContext, files: Readonly<Record<string, string>>) {
    const root = mkdtempSync(join(tmpdir(), 'laptop-'));
    t.after(() => rmSync(root, { recursive: true }));
    for (const [file, content] of Object.entries(files)) {
      mkdirSync(dirname(join(root, file)), { recursive: true });
      writeFileSync(join(root, file), content);
    }
    return createLinuxVitals({ clock: systemClock, root }).sample();
  }

  const HWMON = 'sys/class/hwmon';
  const POWER = 'sys/class/power_supply';
  const CARD = 'sys/class/drm/card0/device';

  it('have the hottest temperature of each sensor, and the processor by its own name', async (t) => {
    const { values } = await laptop(t, {
      [`${HWMON}/hwmon0/name`]: 'coretemp\n',
      [`${HWMON}/hwmon0/temp1_input`]: '51000\n',
      [`${HWMON}/hwmon0/temp2_input`]: '63500\n',
      [`${HWMON}/hwmon0/temp2_crit`]: '100000\n',
      [`${HWMON}/hwmon1/name`]: 'nvme\n',
      [`${HWMON}/hwmon1/temp1_input`]: '40850\n',
      [`${HWMON}/hwmon1/temp3_input`]: '-273150\n',
    });
    assert.equal(values['temperature cpu'], 63.5);
    assert.equal(values['temperature nvme'], 40.85);
  });

  it('have the temperature of the thermal zone where no chip measures the processor', async (t) => {
    const zone = 'sys/class/thermal/thermal_zone0';
    const { values } = await laptop(t, { [`${zone}/type`]: 'cpu-thermal\n', [`${zone}/temp`]: '47000\n' });
    assert.equal(values['temperature cpu'], 47);
  });

  it('tell the battery, without the mouse, and what the machine runs on', async (t) => {
    const on = (online: string, status: string) =>
      laptop(t, {
        [`${POWER}/AC/type`]: 'Mains\n',
        [`${POWER}/AC/online`]: `${online}\n`,
        [`${POWER}/BAT0/type`]: 'Battery\n',
        [`${POWER}/BAT0/capacity`]: '81\n',
        [`${POWER}/BAT0/status`]: `${status}\n`,
        [`${POWER}/mouse/type`]: 'Battery\n',
        [`${POWER}/mouse/scope`]: 'Device\n',
        [`${POWER}/mouse/capacity`]: '5\n',
      });
    const plugged = await on('1', 'Charging');
    assert.deepEqual([plugged.values['battery.percent'], plugged.values['on_ac']], [81, 1]);
    assert.equal((await on('0', 'Discharging')).values['on_ac'], 0);
    assert.equal((await laptop(t, {})).values['on_ac'], 1);
  });

  it('read a GPU of AMD, and leave one that sleeps asleep', async (t) => {
    const files = {
      [`${CARD}/gpu_busy_percent`]: '37\n',
      [`${CARD}/mem_info_vram_used`]: '2000000000\n',
      [`${CARD}/mem_info_vram_total`]: '8000000000\n',
      [`${CARD}/hwmon/hwmon3/temp1_input`]: '55000\n',
    };
    const { values } = await laptop(t, files);
    assert.equal(values['gpu.percent card0'], 37);
    assert.equal(values['gpu.memory_percent card0'], 25);
    assert.equal(values['gpu.memory_mb card0'], 2000);
    assert.equal(values['gpu.temperature card0'], 55);
    const asleep = await laptop(t, { ...files, [`${CARD}/power/runtime_status`]: 'suspended\n' });
    assert.deepEqual(
      Object.entries(asleep.values).filter(([key]) => key.startsWith('gpu')),
      [['gpu.percent card0', 0]],
    );
  });

  it('are few where a machine tells nothing', async (t) => {
    assert.deepEqual((await laptop(t, {})).values, { on_ac: 1 });
  });
});
