/** One value of a sample, by the number of its key. */
export interface PackedValue {
  key: number;
  value: number;
}

/** What became of one key within an hour. */
export interface PackedHour {
  key: number;
  least: number;
  average: number;
  most: number;
  /** Samples that it is made of. */
  count: number;
}

/** Keys with larger numbers do not fit; a machine has about fifty. */
export const MOST_KEYS = 0xffff;
const VALUE_BYTES = 2 + 4;
const HOUR_BYTES = 2 + 3 * 4 + 2;

/** Six bytes a value: key and a 32-bit number, which keeps seven digits. */
export function packValues(values: readonly PackedValue[]): Uint8Array {
  const bytes = new Uint8Array(values.length * VALUE_BYTES);
  const view = new DataView(bytes.buffer);
  values.forEach(({ key, value }, index) => {
    view.setUint16(index * VALUE_BYTES, key, true);
    view.setFloat32(index * VALUE_BYTES + 2, value, true);
  });
  return bytes;
}

export function unpackValues(bytes: Uint8Array): PackedValue[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return Array.from({ length: Math.floor(bytes.byteLength / VALUE_BYTES) }, (_, index) => ({
    key: view.getUint16(index * VALUE_BYTES, true),
    value: view.getFloat32(index * VALUE_BYTES + 2, true),
  }));
}

export function packHour(hours: readonly PackedHour[]): Uint8Array {
  const bytes = new Uint8Array(hours.length * HOUR_BYTES);
  const view = new DataView(bytes.buffer);
  hours.forEach(({ key, least, average, most, count }, index) => {
    const at = index * HOUR_BYTES;
    view.setUint16(at, key, true);
    view.setFloat32(at + 2, least, true);
    view.setFloat32(at + 6, average, true);
    view.setFloat32(at + 10, most, true);
    view.setUint16(at + 14, Math.min(count, 0xffff), true);
  });
  return bytes;
}

export function unpackHour(bytes: Uint8Array): PackedHour[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return Array.from({ length: Math.floor(bytes.byteLength / HOUR_BYTES) }, (_, index) => {
    const at = index * HOUR_BYTES;
    return {
      key: view.getUint16(at, true),
      least: view.getFloat32(at + 2, true),
      average: view.getFloat32(at + 6, true),
      most: view.getFloat32(at + 10, true),
      count: view.getUint16(at + 14, true),
    };
  });
}

/** What became of each key over several samples. */
export function rollUp(samples: readonly (readonly PackedValue[])[]): PackedHour[] {
  const found = new Map<number, PackedHour>();
  for (const { key, value } of samples.flat()) {
    const hour = found.get(key);
    if (hour === undefined) {
      found.set(key, { key, least: value, average: value, most: value, count: 1 });
      continue;
    }
    hour.least = Math.min(hour.least, value);
    hour.most = Math.max(hour.most, value);
    hour.count += 1;
    hour.average += (value - hour.average) / hour.count;
  }
  return [...found.values()];
}
