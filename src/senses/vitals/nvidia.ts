import { execFile } from 'node:child_process';
import type { KernelFiles } from '../kernel-files.ts';
import { parseNvidia } from './parse.ts';
import { hasNvidiaAwake } from './sensors.ts';

/** Where packages and WSL put it. Never looked for along the path: that is the user's to change. */
const PLACES = ['usr/bin/nvidia-smi', 'usr/lib/wsl/lib/nvidia-smi', 'run/current-system/sw/bin/nvidia-smi'];
const ARGUMENTS = [
  '--query-gpu=index,utilization.gpu,memory.used,memory.total,temperature.gpu',
  '--format=csv,noheader,nounits',
];
const PATIENCE_MS = 5000;

/** Asks NVIDIA's own tool, where it is installed and a GPU is awake. `root`: the file system's. */
export async function nvidiaGpus(root: KernelFiles, sys: KernelFiles): Promise<Record<string, number>> {
  const place = PLACES.find((each) => root.exists(each));
  if (place === undefined || !(place.includes('/wsl/') || hasNvidiaAwake(sys))) return {};
  return await new Promise((resolve) => {
    execFile(`/${place}`, ARGUMENTS, { timeout: PATIENCE_MS, windowsHide: true }, (error, stdout) => {
      resolve(error ? {} : parseNvidia(stdout));
    });
  });
}
