import type { KernelFiles } from '../kernel-files.ts';

/** Chips that measure the processor. */
const CPU_CHIPS = new Set(['coretemp', 'k10temp', 'zenpower', 'cpu_thermal', 'via_cputemp', 'fam15h_power']);
const CPU_ZONE = /^(?:x86_pkg_temp|cpu|soc)/i;
/** What no sensor means. */
const POSSIBLE = { least: -50, most: 200 } as const;

/** Temperatures by key from /sys/class/hwmon, and from /sys/class/thermal where that has none of the processor. */
export function temperatures(sys: KernelFiles): Record<string, number> {
  const values: Record<string, number> = {};
  const hottest = (sensor: string, milli: number | null) => {
    const degrees = (milli ?? Number.NaN) / 1000;
    if (!(degrees > POSSIBLE.least && degrees < POSSIBLE.most)) return;
    const key = `temperature ${sensor}`;
    values[key] = Math.max(values[key] ?? Number.NEGATIVE_INFINITY, degrees);
  };
  for (const chip of sys.list('class/hwmon') ?? []) {
    const name = sys.text(`class/hwmon/${chip}/name`)?.trim();
    if (name === undefined || isAsleep(sys, `class/hwmon/${chip}/device`)) continue;
    for (const file of sys.list(`class/hwmon/${chip}`) ?? [])
      if (/^temp\d+_input$/.test(file))
        hottest(CPU_CHIPS.has(name) ? 'cpu' : name, numberIn(sys, `class/hwmon/${chip}/${file}`));
  }
  if (values['temperature cpu'] !== undefined) return values;
  for (const zone of sys.list('class/thermal') ?? []) {
    if (!zone.startsWith('thermal_zone')) continue;
    if (CPU_ZONE.test(sys.text(`class/thermal/${zone}/type`) ?? ''))
      hottest('cpu', numberIn(sys, `class/thermal/${zone}/temp`));
  }
  return values;
}

/** Power by key from /sys/class/power_supply. Batteries of mice and the like are not the machine's. */
export function power(sys: KernelFiles): Record<string, number> {
  const supplies = (sys.list('class/power_supply') ?? []).map((name) => {
    const read = (file: string) => sys.text(`class/power_supply/${name}/${file}`)?.trim();
    return {
      type: read('type'),
      isDevice: read('scope') === 'Device',
      isOnline: read('online') === '1',
      percent: Number(read('capacity') ?? Number.NaN),
      isDischarging: read('status') === 'Discharging',
    };
  });
  const batteries = supplies.filter(({ type, isDevice }) => type === 'Battery' && !isDevice);
  const chargers = supplies.filter(({ type, isDevice }) => (type === 'Mains' || type === 'USB') && !isDevice);
  const charges = batteries.map(({ percent }) => percent).filter(Number.isFinite);
  const isOnAc =
    batteries.length === 0 ||
    chargers.some(({ isOnline }) => isOnline) ||
    (chargers.length === 0 && !batteries.some(({ isDischarging }) => isDischarging));
  return {
    ...(charges.length > 0 && {
      'battery.percent': charges.reduce((sum, each) => sum + each, 0) / charges.length,
    }),
    on_ac: isOnAc ? 1 : 0,
  };
}

/** AMD's GPUs by key from /sys/class/drm. One that sleeps is not woken: it is at 0 %. */
export function amdGpus(sys: KernelFiles): Record<string, number> {
  const values: Record<string, number> = {};
  for (const card of sys.list('class/drm') ?? []) {
    const device = `class/drm/${card}/device`;
    if (!/^card\d+$/.test(card) || !sys.exists(`${device}/gpu_busy_percent`)) continue;
    if (isAsleep(sys, device)) {
      values[`gpu.percent ${card}`] = 0;
      continue;
    }
    const busy = numberIn(sys, `${device}/gpu_busy_percent`);
    const used = numberIn(sys, `${device}/mem_info_vram_used`);
    const total = numberIn(sys, `${device}/mem_info_vram_total`);
    if (busy !== null) values[`gpu.percent ${card}`] = busy;
    if (used !== null) values[`gpu.memory_mb ${card}`] = used / 1e6;
    if (used !== null && total !== null && total > 0)
      values[`gpu.memory_percent ${card}`] = (100 * used) / total;
    for (const chip of sys.list(`${device}/hwmon`) ?? []) {
      const milli = numberIn(sys, `${device}/hwmon/${chip}/temp1_input`);
      if (milli !== null) values[`gpu.temperature ${card}`] = milli / 1000;
    }
  }
  return values;
}

const NVIDIA = '0x10de';

/** Whether there is a GPU of NVIDIA that is awake: asking its driver would wake it, and drain a battery. */
export function hasNvidiaAwake(sys: KernelFiles): boolean {
  return (sys.list('bus/pci/devices') ?? []).some((device) => {
    const folder = `bus/pci/devices/${device}`;
    const isGpu = sys.text(`${folder}/class`)?.startsWith('0x03') ?? false;
    return isGpu && sys.text(`${folder}/vendor`)?.trim() === NVIDIA && !isAsleep(sys, folder);
  });
}

function isAsleep(sys: KernelFiles, device: string): boolean {
  return sys.text(`${device}/power/runtime_status`)?.trim() === 'suspended';
}

function numberIn(sys: KernelFiles, file: string): number | null {
  const text = sys.text(file)?.trim();
  return text === undefined || text === '' || Number.isNaN(Number(text)) ? null : Number(text);
}
