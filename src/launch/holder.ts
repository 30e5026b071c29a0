/** Who trains a run of an ablation: a process of the ablation, or `specc train --resume` on its folder. */
import { claimant, type Holder } from '../training/claim.ts';
import { trainerOf } from '../training/run-claim.ts';
import { type AblationPlan, claimsFolder, type PlannedRun, runFolderOf } from './plan.ts';

export function holderOf(folder: string, plan: AblationPlan, run: PlannedRun): Holder | undefined {
  return claimant(claimsFolder(folder), run.id) ?? trainerOf(runFolderOf(folder, plan, run));
}
