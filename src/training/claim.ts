/**
 * Claims: which process has a piece of work, between processes and machines that share a folder.
 *
 * A claim is a file `NAME.GENERATION.json` that is made whole and only if it is not there. Who finds the highest
 * generation given up, or its holder dead, makes the next one; of several that try, the file system lets one. The highest
 * is never removed, so that whoever looked too long ago finds a higher one and steps back. Work has to be looked at
 * again once it is claimed: another may just have finished it.
 *
 * A holder is dead if its process is gone (on this machine), if its Slurm task is this one (which was requeued), or if
 * it has not touched its file for a while (anywhere else).
 */
import { randomBytes } from 'node:crypto';
import { existsSync, linkSync, readdirSync, readFileSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { hostname, uptime } from 'node:os';
import { join } from 'node:path';
import { makeFolder } from '../data/make-folder.ts';
import { parseObject } from './parse-json.ts';

export interface Holder {
  readonly host: string;
  readonly pid: number;
  /** When the process began: which start of the system, and ticks since. A number used again is another process. */
  readonly began: string;
  /** `JOB_TASK` of a Slurm array. */
  readonly slurm: string | null;
}

export interface Claim {
  /** Others may have the work: it is done, or was left where it stands. */
  release(): void;
}

/** A holder elsewhere that was silent for so long is dead, in milliseconds. */
const SILENCE = 120_000;
const HEARTBEAT = 15_000;

/** Claims `name`; the holder's name if another process has it. */
export function claim(folder: string, name: string): Claim | Holder {
  makeFolder(folder);
  for (;;) {
    const highest = highestOf(folder, name);
    const holder = highest === 0 ? undefined : holderOf(folder, name, highest);
    if (holder !== undefined) return holder;
    const path = pathOf(folder, name, highest + 1);
    if (!makeWhole(path, JSON.stringify(ownself()))) continue;
    if (highestOf(folder, name) !== highest + 1) {
      rmSync(path, { force: true });
      continue;
    }
    for (let older = highest; older > 0 && removed(pathOf(folder, name, older)); older--);
    return held(path);
  }
}

/** Who has `name` now, if anyone. */
export function claimant(folder: string, name: string): Holder | undefined {
  const highest = existsSync(folder) ? highestOf(folder, name) : 0;
  return highest === 0 ? undefined : holderOf(folder, name, highest);
}

export function isClaim(given: Claim | Holder): given is Claim {
  return 'release' in given;
}

function held(path: string): Claim {
  const beat = setInterval(() => {
    const now = new Date();
    // A folder that was deleted under a run is that run's to complain about.
    if (existsSync(path)) utimesSync(path, now, now);
  }, HEARTBEAT);
  beat.unref();
  return {
    release: () => {
      clearInterval(beat);
      if (existsSync(path)) writeFileSync(path, '');
    },
  };
}

/** The living holder of a generation; undefined if it was given up or its holder is dead. */
function holderOf(folder: string, name: string, generation: number): Holder | undefined {
  const path = pathOf(folder, name, generation);
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch {
    return undefined; // removed by the holder of a higher one, which the next look finds
  }
  const holder = parsed(text);
  return holder !== undefined && isAlive(holder, path) ? holder : undefined;
}

/** Undefined of a claim that was given up, and of one that a power failure left without its contents. */
function parsed(text: string): Holder | undefined {
  const holder = parseObject<Holder>(text);
  return typeof holder?.host === 'string' && typeof holder.pid === 'number' ? (holder as Holder) : undefined;
}

function isAlive(holder: Holder, path: string): boolean {
  const self = ownself();
  if (holder.slurm !== null && holder.slurm === self.slurm) return holder.pid === self.pid && holder.host === self.host;
  const touched = statSync(path, { throwIfNoEntry: false })?.mtimeMs;
  if (holder.host === self.host) {
    // Where the system says no more than that a process runs, one that was there before the machine started is another.
    const before = holder.began === RUNNING && touched !== undefined && touched < Date.now() - 1000 * uptime();
    return !before && beganOf(holder.pid) === holder.began;
  }
  return touched !== undefined && Date.now() - touched < SILENCE;
}

function ownself(): Holder {
  const { SLURM_ARRAY_JOB_ID: job, SLURM_ARRAY_TASK_ID: task } = process.env;
  const slurm = job === undefined ? null : `${job}_${task}`;
  return { host: hostname(), pid: process.pid, began: beganOf(process.pid) ?? '', slurm };
}

/** Undefined if there is no such process. */
function beganOf(pid: number): string | undefined {
  try {
    // The 22nd field of the line; the second, a name in parentheses, may hold anything.
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8')
      .replace(/^.*\) /s, '')
      .split(' ');
    return fields[0] === 'Z' ? undefined : `${startOfSystem()} ${fields[19]}`;
  } catch {
    return existsSync('/proc/self/stat') ? undefined : runs(pid);
  }
}

/** Ticks begin anew with each start of the system. */
function startOfSystem(): string {
  try {
    return readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
  } catch {
    return ''; // hidden in some containers, where ticks alone have to do
  }
}

const RUNNING = 'running';

/** Where the system does not say when a process began, its number has to do. */
function runs(pid: number): string | undefined {
  try {
    process.kill(pid, 0);
    return RUNNING;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM' ? RUNNING : undefined;
  }
}

function highestOf(folder: string, name: string): number {
  const generations = readdirSync(folder).map((file) =>
    file.startsWith(`${name}.`) && file.endsWith('.json') ? Number(file.slice(name.length + 1, -'.json'.length)) : 0,
  );
  return Math.max(0, ...generations.filter(Number.isInteger));
}

function pathOf(folder: string, name: string, generation: number): string {
  return join(folder, `${name}.${generation}.json`);
}

/** Makes a file with all of its contents at once; false if there is one. */
function makeWhole(path: string, text: string): boolean {
  const draft = `${path}.${process.pid}-${randomBytes(4).toString('hex')}.draft`;
  writeFileSync(draft, text);
  try {
    linkSync(draft, path);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  } finally {
    rmSync(draft, { force: true });
  }
}

function removed(path: string): boolean {
  const was = existsSync(path);
  rmSync(path, { force: true });
  return was;
}
