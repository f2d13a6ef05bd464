import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { keyOf, metricOf, partsOf, VITALS_METRICS } from '../../../src/contract/vitals.ts';
import { type Counters, ratesBetween } from '../../../src/senses/vitals/counters.ts';
import { createDiskSpace } from '../../../src/senses/vitals/disk-space.ts';
import {
  parseCpu,
  parseDisks,
  parseMemory,
  parseMounts,
  parseNetwork,
  parseNvidia,
} from '../../../src/senses/vitals/parse.ts';

describe('what the kernel tells', () => {
  it('is read: processor time, with guests counted once and steal as no use', () => {
    const cpu = parseCpu('cpu  100 10 50 800 20 5 5 10 40 0\ncpu0 1 1 1 1\n');
    assert.deepEqual(cpu, { busy: 170, iowait: 20, steal: 10, total: 1000 });
    assert.equal(parseCpu('nothing'), null);
  });

  it('is read: memory, and no swap is none in use', () => {
    const text =
      'MemTotal:  1000 kB\nMemFree:  1 kB\nMemAvailable:  250 kB\nSwapTotal:  0 kB\nSwapFree:  0 kB\n';
    const memory = parseMemory(text);
    assert.equal(memory['memory.percent'], 75);
    assert.equal(memory['swap.percent'], 0);
    assert.deepEqual(parseMemory(''), {});
  });

  it('is read: whole disks only', () => {
    const text = [
      ' 259 0 nvme0n1 10 0 2000 5 20 0 4000 9 0 70 14',
      ' 259 1 nvme0n1p1 10 0 2000 5 20 0 4000 9 0 70 14',
      '   7 0 loop0 10 0 2000 5 20 0 4000 9 0 70 14',
      ' 253 0 dm-0 10 0 2000 5 20 0 4000 9 0 70 14',
    ].join('\n');
    const disks = parseDisks(text, (name) => name !== 'nvme0n1p1');
    assert.deepEqual(
      [...disks],
      [['nvme0n1', { readBytes: 1_024_000, writtenBytes: 2_048_000, busyMs: 70 }]],
    );
  });

  it('is read: interfaces to the outside that were used', () => {
    const line = (name: string, bytes: number) =>
      `${name}: ${bytes} 1 0 0 0 0 0 0 ${bytes * 2} 1 0 0 0 0 0 0`;
    const text = ['Inter-| Receive', ' face |bytes', line('    lo', 5), line('wlan0', 7)].join('\n');
    const more = [text, line('eth0', 0), line('veth12ab', 3), line('docker0', 3)].join('\n');
    assert.deepEqual([...parseNetwork(more)], [['wlan0', { inBytes: 7, outBytes: 14 }]]);
  });

  it('is read: local disks that people can fill, with every byte of their names', () => {
    const text = [
      '/dev/sda1 / ext4 rw,relatime 0 0',
      '/dev/sda2 /home/my\\040disk btrfs rw 0 0',
      '/dev/sdb1 /media/\u00e9 vfat rw 0 0',
      'tank/data /tank zfs rw 0 0',
      'host:/share /mnt/nfs nfs4 rw 0 0',
      'sshfs /mnt/ssh fuse.sshfs rw 0 0',
      '/dev/loop3 /snap/core/1 squashfs ro 0 0',
      '/dev/sr0 /media/cd iso9660 ro 0 0',
      '/dev/sda1 /etc/hosts ext4 rw 0 0',
      'tmpfs /tmp tmpfs rw 0 0',
      'overlay /var/lib/docker/overlay2/x overlay rw 0 0',
    ].join('\n');
    assert.deepEqual(
      parseMounts(text).map((mount) => mount.toString('latin1')),
      ['/', '/home/my disk', '/media/\u00e9', '/tank'],
    );
    assert.deepEqual(parseMounts('overlay / overlay rw 0 0').map(String), ['/']);
  });

  it("is read: NVIDIA's table, without what a card does not tell", () => {
    const values = parseNvidia('0, 45, 2048, 8192, 61\n1, [N/A], [N/A], [N/A], 40\n');
    assert.equal(values['gpu.percent nvidia0'], 45);
    assert.equal(values['gpu.memory_percent nvidia0'], 25);
    assert.equal(values['gpu.memory_mb nvidia0'], 2147.483648);
    assert.equal(values['gpu.temperature nvidia1'], 40);
    assert.ok(!('gpu.percent nvidia1' in values));
  });
});

describe('rates', () => {
  const counters = (at: number, bytes: number): Counters => ({
    at,
    cpu: { busy: bytes, iowait: 0, steal: 0, total: bytes * 2 },
    disks: new Map([['sda', { readBytes: bytes, writtenBytes: bytes * 2, busyMs: at / 2 }]]),
    interfaces: new Map([['eth0', { inBytes: bytes * 3, outBytes: bytes }]]),
  });

  it('are over the time between two readings', () => {
    const values = ratesBetween(counters(0, 0), counters(2000, 4e6));
    assert.equal(values['cpu.percent'], 50);
    assert.equal(values['disk.read_mb_s sda'], 2);
    assert.equal(values['disk.write_mb_s sda'], 4);
    assert.equal(values['disk.busy_percent sda'], 50);
    assert.equal(values['network.in_mb_s eth0'], 6);
  });

  it('are not told where a counter began again, or of what was not there before', () => {
    const values = ratesBetween(counters(0, 4e6), counters(2000, 1e6));
    assert.ok(!('network.in_mb_s eth0' in values));
    const none: Counters = { at: 0, cpu: null, disks: new Map(), interfaces: new Map() };
    assert.deepEqual(ratesBetween(none, counters(2000, 1e6)), {});
    assert.deepEqual(ratesBetween(counters(2000, 0), counters(2000, 1e6)), {});
  });
});

describe('the space of a disk', () => {
  const answer = {
    ...{ type: 0, bsize: 1000, frsize: 1000, blocks: 1_000_000, bfree: 500_000, bavail: 300_000 },
    ...{ files: 200, ffree: 50 },
  };

  it('is reckoned without the blocks that only root may use', async () => {
    const space = createDiskSpace(
      async () => answer,
      () => Promise.withResolvers<void>().promise,
    );
    assert.deepEqual(await space.valuesOf([Buffer.from('/')]), {
      'disk.percent /': 62.5,
      'disk.free_gb /': 0.3,
      'disk.inodes_percent /': 75,
    });
  });

  it('is left out where the disk does not answer, which is then asked once and no more', async () => {
    const hung = Promise.withResolvers<typeof answer>();
    let asked = 0;
    const space = createDiskSpace(
      (path) => {
        if (String(path) === '/') return Promise.resolve(answer);
        asked += 1;
        return hung.promise;
      },
      async () => {},
    );
    const mounts = [Buffer.from('/'), Buffer.from('/hung')];
    await space.valuesOf(mounts);
    assert.deepEqual(await space.valuesOf([Buffer.from('/hung')]), {});
    assert.equal(asked, 1);
    hung.resolve(answer);
    await hung.promise;
    await new Promise(setImmediate);
    void space.valuesOf(mounts);
    assert.equal(asked, 2);
  });
});

describe('the table of metrics', () => {
  it('finds what a key is about', () => {
    for (const { name, of } of VITALS_METRICS) {
      const key = keyOf(name, of === '' ? '' : 'some name with spaces');
      assert.equal(metricOf(key)?.name, name);
      assert.equal(keyOf(partsOf(key).metric, partsOf(key).of), key);
    }
    assert.equal(metricOf('cpu.percentage'), null);
    assert.equal(new Set(VITALS_METRICS.map(({ name }) => name)).size, VITALS_METRICS.length);
  });
});
