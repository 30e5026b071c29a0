/**
 * Which process trains a run: one at a time, or both would write one history and overwrite each other's checkpoints.
 * What was killed gives way at once on its own machine, and to other machines after two minutes.
 */
import { hostname } from 'node:os';
import { join } from 'node:path';
import { type Claim, claim, claimant, type Holder, isClaim } from './claim.ts';
import { TrainingError } from './training-error.ts';

/** Claims a run folder; its holder if another process trains it. */
export function claimRun(folder: string): Claim | Holder {
  return claim(join(folder, 'claims'), 'training');
}

/** Who trains the run now, if anyone. */
export function trainerOf(folder: string): Holder | undefined {
  return claimant(join(folder, 'claims'), 'training');
}

/** @throws TrainingError if another process trains the run */
export function claimRunOrRefuse(folder: string): Claim {
  const claimed = claimRun(folder);
  if (isClaim(claimed)) return claimed;
  const { host, pid } = claimed;
  const here = host === hostname();
  throw new TrainingError(
    `'${folder}' is being trained by process ${pid}${here ? '' : ` on ${host}`}: a second one would overwrite what that writes`,
    here
      ? `let it finish, or end it with \`kill -INT ${pid}\`, which saves a checkpoint, and call this again`
      : `let it finish, or end it there; if ${host} is gone, this works two minutes after its last sign of life`,
  );
}
