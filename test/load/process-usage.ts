import { readFile } from 'node:fs/promises';

/**
 * The kernel counts CPU time for user space in hundredths of a second (USER_HZ) on every architecture that Node runs on,
 * whatever its own tick is.
 */
const TICK_MS = 10;

/** CPU time is since the start of the process; memory is resident. */
export interface ProcessUsage {
  readonly cpuMs: number;
  readonly rssMb: number;
  readonly peakRssMb: number;
}

export interface NamedProcess {
  readonly name: string;
  readonly pid: number | undefined;
}

/** What each process has used so far. One that is gone, or a machine without /proc, is left out. */
export async function readUsages(
  processes: readonly NamedProcess[],
): Promise<ReadonlyMap<string, ProcessUsage>> {
  const usages = new Map<string, ProcessUsage>();
  for (const { name, pid } of processes) {
    const usage = pid === undefined ? undefined : await readUsage(pid);
    if (usage !== undefined) usages.set(name, usage);
  }
  return usages;
}

/** CPU time of the whole machine since its start, ms. */
export interface MachineUsage {
  /** Not idle, time that a hypervisor took away included. */
  readonly busyMs: number;
  readonly totalMs: number;
}

/** Undefined where there is no /proc. */
export async function readMachineUsage(): Promise<MachineUsage | undefined> {
  return parseMachineUsage(await readFile('/proc/stat', 'utf8').catch(() => ''));
}

/** The first line of `/proc/stat`: user, nice, system, idle, iowait, irq, softirq, steal, all cores together. */
export function parseMachineUsage(stat: string): MachineUsage | undefined {
  const [, fields] = /^cpu +([\d ]+)$/m.exec(stat) ?? [];
  if (fields === undefined) return undefined;
  // What follows after steal is time of guests, which is part of user already.
  const ticks = fields.split(' ').slice(0, 8).map(Number);
  const [, , , idle = 0, iowait = 0] = ticks;
  const total = ticks.reduce((sum, one) => sum + one, 0);
  return { busyMs: (total - idle - iowait) * TICK_MS, totalMs: total * TICK_MS };
}

async function readUsage(pid: number): Promise<ProcessUsage | undefined> {
  const read = (name: string) => readFile(`/proc/${String(pid)}/${name}`, 'utf8').catch(() => '');
  const cpuMs = parseCpuMs(await read('stat'));
  const status = await read('status');
  const rssMb = parseMemoryMb(status, 'VmRSS');
  if (cpuMs === undefined || rssMb === undefined) return undefined;
  return { cpuMs, rssMb, peakRssMb: parseMemoryMb(status, 'VmHWM') ?? rssMb };
}

/**
 * User and system time of a `/proc/<pid>/stat` line: its 14th and 15th field. The second is the program's name in
 * brackets and may itself hold blanks and brackets, so fields are counted from the last bracket on.
 */
export function parseCpuMs(stat: string): number | undefined {
  const [, fields] = /^.*\) (.+)$/s.exec(stat) ?? [];
  const [user, system] = fields?.split(' ').slice(11, 13).map(Number) ?? [];
  return user === undefined || system === undefined ? undefined : (user + system) * TICK_MS;
}

/** A memory line of `/proc/<pid>/status`, which the kernel gives in KiB. */
export function parseMemoryMb(status: string, field: 'VmRSS' | 'VmHWM'): number | undefined {
  const [, kib] = new RegExp(`^${field}:\\s+(\\d+) kB$`, 'm').exec(status) ?? [];
  return kib === undefined ? undefined : Number(kib) / 1_024;
}
