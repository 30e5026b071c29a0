/** A Slurm cluster of one node on this machine, from Debian's `slurm-wlm` and `munge`, in a temporary folder. */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { chmodSync, mkdirSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { temporaryFolder } from '../training/toy-run.ts';

/** Why there can be no cluster here; undefined where there can. */
export function whyNoSlurm(): string | undefined {
  if (process.getuid?.() !== 0) return 'the daemons have to be started as root';
  const missing = ['munged', 'slurmctld', 'slurmd', 'sbatch'].filter((program) => {
    try {
      execFileSync('sh', ['-c', `command -v ${program}`], { stdio: 'ignore' });
      return false;
    } catch {
      return true;
    }
  });
  return missing.length === 0 ? undefined : `there is no ${missing.join(', ')}: install slurm-wlm and munge`;
}

export interface Cluster {
  /** What the clients of Slurm need in their environment. */
  readonly env: NodeJS.ProcessEnv;
  /** Runs a client and returns what it prints. */
  slurm(program: string, ...args: string[]): string;
  /** Ends all jobs and daemons, whatever their state. */
  stop(): Promise<void>;
}

export async function startCluster(): Promise<Cluster> {
  const folder = temporaryFolder();
  const daemons: ChildProcess[] = [];
  const start = (program: string, ...args: string[]): void => {
    const log = openSync(join(folder, `${program}.out`), 'a');
    daemons.push(spawn(program, args, { stdio: ['ignore', log, log], env: { ...process.env, SLURM_CONF: config } }));
  };
  const socket = join(folder, 'munge.socket');
  const config = join(folder, 'slurm.conf');
  const key = join(folder, 'munge.key');
  for (const name of ['state', 'spool']) mkdirSync(join(folder, name));
  writeFileSync(key, randomBytes(1024));
  chmodSync(key, 0o400);
  writeFileSync(config, configOf(folder, socket, await freePort(), await freePort()));
  const env = { ...process.env, SLURM_CONF: config };
  const slurm = (program: string, ...args: string[]): string => {
    for (;;) {
      try {
        return execFileSync(program, args, { env, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
      } catch (error) {
        // Slurm refuses to touch a job while it passes from one state to the next.
        if (!(error instanceof Error && error.message.includes('try again later'))) throw error;
        Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 200);
      }
    }
  };

  const stop = async (): Promise<void> => {
    try {
      slurm('scancel', '--user=root', '--signal=KILL', '--full');
      slurm('scancel', '--user=root');
    } catch {
      // A controller that never came up has no jobs.
    }
    for (const daemon of daemons.reverse()) {
      const gone = daemon.exitCode !== null || daemon.signalCode !== null ? undefined : once(daemon, 'exit');
      daemon.kill('SIGTERM');
      const ended = await Promise.race([gone, setTimeout(5000, 'late')]);
      if (ended === 'late') daemon.kill('SIGKILL');
      await gone;
    }
    rmSync(folder, { recursive: true, force: true });
  };
  try {
    const own = (name: string): string => join(folder, name);
    const files = [`--key-file=${key}`, `--socket=${socket}`, `--pid-file=${own('munged.pid')}`];
    start('munged', '--foreground', '--force', ...files, `--seed-file=${own('munged.seed')}`);
    start('slurmctld', '-D', '-f', config);
    start('slurmd', '-D', '-N', 'tiny', '-f', config);
    while (!/idle/.test(asked(() => slurm('sinfo', '--noheader', '--format=%T')))) {
      const dead = daemons.find(({ exitCode }) => exitCode !== null);
      if (dead !== undefined) throw new Error(`${dead.spawnfile} ended:\n${logsOf(folder)}`);
      await setTimeout(200);
    }
    return { env, slurm, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** Nothing while the controller does not answer yet. */
function asked(client: () => string): string {
  try {
    return client();
  } catch {
    return '';
  }
}

function logsOf(folder: string): string {
  return ['munged', 'slurmctld', 'slurmd'].map((name) => readFileSync(join(folder, `${name}.out`), 'utf8')).join('\n');
}

function configOf(folder: string, socket: string, controller: number, node: number): string {
  return `ClusterName=specc
SlurmctldHost=${hostname()}(127.0.0.1)
SlurmctldPort=${controller}
SlurmdPort=${node}
AuthType=auth/munge
AuthInfo=socket=${socket}
SlurmUser=root
SlurmdUser=root
StateSaveLocation=${folder}/state
SlurmdSpoolDir=${folder}/spool
SlurmctldPidFile=${folder}/slurmctld.pid
SlurmdPidFile=${folder}/slurmd.pid
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
SelectType=select/cons_tres
SelectTypeParameters=CR_CPU
SwitchType=switch/none
MpiDefault=none
ReturnToService=2
SlurmdTimeout=3600
KillWait=60
NodeName=tiny NodeHostname=${hostname()} NodeAddr=127.0.0.1 CPUs=2 State=UNKNOWN
PartitionName=tiny Nodes=ALL Default=YES MaxTime=INFINITE State=UP
`;
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  if (address === null || typeof address === 'string') throw new Error('no port');
  return address.port;
}
