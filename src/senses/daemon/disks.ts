/** The file system that a folder is on. */
export interface Space {
  /** Device number. */
  dev: number;
  total: number;
  free: number;
}

const GB = 1e9;

/** A disk that was low is so until it has a tenth more than this. */
const SLACK = 1.1;

/** Whether a disk is low: less than 5 % or 1 GB of it is free; of a small one, less than a fifth. */
export function isLow({ total, free }: Space, was: boolean): boolean {
  const least = Math.max(0.05 * total, Math.min(GB, 0.2 * total));
  return free < (was ? least * SLACK : least);
}

/** What a person reads of it. */
export function spaceText(folder: string, { total, free }: Space): string {
  const gb = (bytes: number) => `${(bytes / GB).toFixed(bytes < 10 * GB ? 1 : 0)} GB`;
  return `the disk of ${folder} has ${gb(free)} of ${gb(total)} left`;
}
