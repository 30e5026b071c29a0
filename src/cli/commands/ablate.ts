/**
 * `specc ablate CONFIG`: every variant of an ablation from every seed, and one table.
 *
 *   configuration ─▶ plan: variants × seeds ─▶ what is missing ─▶ here | processes | Slurm ─▶ results ─▶ table
 *
 * A run is known by its content: a second call trains only what is missing. Exit code 0 when the table is whole, 1 when a
 * run failed or is missing from it, 130 when it was interrupted.
 */
import { availableParallelism } from 'node:os';
import { checkData } from '../../config/check-data.ts';
import type { Experiment } from '../../config/experiment.ts';
import { counted } from '../../data/data-error.ts';
import { type ChosenEngine, chooseEngine, type EngineChoice } from '../../engines/choose.ts';
import { collect } from '../../launch/collect.ts';
import { type StartRun, statesOf, trainMissing } from '../../launch/coordinate.ts';
import { executeRun } from '../../launch/execute.ts';
import { startProcess } from '../../launch/local.ts';
import { makePlan } from '../../launch/make-plan.ts';
import {
  type AblationPlan,
  ablationFolder,
  latestPlanPath,
  readPlan,
  runsInOrder,
  savePlan,
} from '../../launch/plan.ts';
import { SharedImages } from '../../launch/shared-images.ts';
import { queuedRuns, type SlurmOptions, submit } from '../../launch/slurm.ts';
import { isComplete } from '../../launch/table.ts';
import type { TrainingImages } from '../../training/open-data.ts';
import type { SourceText } from '../../training/run-folder.ts';
import { AblationProgress } from '../ablation-progress.ts';
import { statusText } from '../ablation-status.ts';
import { ablationText } from '../ablation-table.ts';
import { AlreadyReported, EXIT, WrongUse } from '../failure.ts';
import { INTERRUPTED, onInterrupt } from '../interrupt.ts';
import { loadConfigWithSources } from '../load-model.ts';
import { openImages } from '../open-images.ts';
import { sayEngine } from '../say-engine.ts';
import { refuseErrors, showDiagnostics } from '../show-diagnostics.ts';
import { kindOfPath, readText } from '../source-files.ts';
import type { Terminal } from '../terminal.ts';

interface Options extends SlurmOptions {
  readonly engine: EngineChoice;
  readonly variants?: string;
  readonly seeds?: string;
  readonly warmStart?: boolean | string;
  readonly set?: readonly string[];
  readonly epochs?: string;
  readonly launcher?: 'local' | 'slurm';
  readonly jobs?: string;
  readonly status?: boolean;
  readonly collect?: boolean;
  readonly dryRun?: boolean;
}

/** What is asked for. */
interface Undertaking {
  readonly experiment: Experiment;
  readonly overrides: readonly string[];
  readonly sources: readonly SourceText[];
  readonly folder: string;
}

export async function run([config]: readonly string[], options: Options, terminal: Terminal): Promise<number> {
  const undertaking = undertake(config!, options, terminal);
  const { folder } = undertaking;
  if (options.status || options.collect) {
    const plan = planOf(folder);
    sayOutdated(plan, undertaking, terminal);
    return options.status ? showStatus(folder, plan, terminal) : showTable(folder, plan, terminal);
  }

  refuseErrors(checkData(undertaking.experiment, kindOfPath), terminal);
  const jobs = jobsOf(options);
  // The machine that submits need not have the engine that trains.
  const chosen = options.launcher === 'slurm' ? undefined : await chooseEngine(options.engine);
  if (chosen !== undefined) sayEngine(chosen, terminal);
  const interruption = onInterrupt('finishing this step and saving a checkpoint', terminal);
  try {
    const images = new SharedImages<Experiment>(async (experiment) => {
      const opened = await openImages(experiment, interruption.signal, terminal);
      if (opened === undefined) throw new AlreadyReported(INTERRUPTED);
      return opened;
    });
    const { plan, diagnostics } = await makePlan({ ...undertaking, images: (experiment) => images.of(experiment) });
    showDiagnostics(diagnostics, terminal);
    if (options.dryRun) {
      terminal.print(
        statusText(plan, statesOf(folder, plan), { folder, queued: new Map(), colours: terminal.colours }),
      );
      return EXIT.clean;
    }
    const planPath = savePlan(folder, plan);
    sayPlan(folder, plan, terminal);
    if (chosen === undefined) return submitMissing({ folder, plan, planPath }, options, terminal);

    const open = (of: Experiment['plan']): Promise<TrainingImages> =>
      images.of({ ...undertaking.experiment, plan: of });
    const start = starter({ folder, plan, planPath, chosen, images: open }, options, jobs);
    const progress = new AblationProgress(terminal, folder, plan, jobs);
    const whole = await trainMissing({ folder, plan }, { start, lanes: jobs }, progress, interruption.signal).finally(
      () => progress.clear(),
    );
    if (!whole) {
      terminal.problem('interrupted; what was trained is saved, and the same command goes on');
      return INTERRUPTED;
    }
    return showTable(folder, plan, terminal);
  } finally {
    interruption.release();
  }
}

/** @throws WrongUse if the configuration names no ablation */
function undertake(config: string, options: Options, terminal: Terminal): Undertaking {
  const quoted = JSON.stringify;
  const overrides = [
    ...(options.set ?? []),
    ...(options.epochs === undefined ? [] : [`training.epochs=${options.epochs}`]),
    ...(options.variants === undefined ? [] : [`ablation.variants=${quoted(options.variants)}`]),
    ...(options.seeds === undefined ? [] : [`ablation.seeds=[${options.seeds}]`]),
    ...(options.warmStart === undefined ? [] : [`ablation.warm_start=${quoted(options.warmStart)}`]),
  ];
  const { experiment, sources } = loadConfigWithSources(config, overrides, terminal);
  const { ablation, plan } = experiment;
  if (ablation === undefined) {
    throw new WrongUse(
      `'${config}' names no ablation`,
      'write `ablation: { variants: NAME }` in it, or add --variants NAME',
    );
  }
  if (plan.model.variant !== undefined) {
    throw new WrongUse(
      `\`ablation.variant\` chooses one variant, '${plan.model.variant}', and ablate trains them all`,
      '`specc train` trains a single one',
    );
  }
  return { experiment, overrides, sources, folder: ablationFolder(plan.output, ablation.name) };
}

function jobsOf({ jobs, launcher }: Options): number {
  if (jobs === undefined) return launcher === 'local' ? Math.max(1, Math.floor(availableParallelism() / 2)) : 1;
  if (launcher === 'slurm')
    throw new WrongUse('--jobs is for --launcher local', '--max-parallel limits the tasks of Slurm');
  const number = Number(jobs);
  if (Number.isSafeInteger(number) && number >= 1) return number;
  throw new WrongUse(`--jobs takes a whole number, at least 1, not '${jobs}'`);
}

/** How a run is trained: here, where the images are open, or in a process of its own. */
function starter(
  {
    chosen,
    images,
    ...place
  }: {
    readonly folder: string;
    readonly plan: AblationPlan;
    readonly planPath: string;
    readonly chosen: ChosenEngine;
    readonly images: (of: Experiment['plan']) => Promise<TrainingImages>;
  },
  { launcher, jobs }: Options,
  lanes: number,
): StartRun {
  if (launcher === undefined && jobs === undefined) {
    const { engine, device } = chosen;
    return (run, reporter, signal) => executeRun({ ...place, engine, device, images }, run, reporter, signal);
  }
  const threads = Math.max(1, Math.floor(availableParallelism() / lanes));
  const { planPath } = place;
  return startProcess(place, { command: ownCommand(), planPath, engine: chosen.engine.name, threads });
}

/** How this program was started, for more of it. */
function ownCommand(): string[] {
  return [process.execPath, ...process.execArgv, process.argv[1]!];
}

function submitMissing(
  place: { readonly folder: string; readonly plan: AblationPlan; readonly planPath: string },
  options: Options,
  terminal: Terminal,
): number {
  const states = statesOf(place.folder, place.plan);
  const queued = queuedRuns(place.folder);
  const open = runsInOrder(place.plan).filter(({ id }) => states.get(id)?.kind !== 'finished');
  const missing = open.filter(({ id }) => !queued.has(id));
  if (open.length > missing.length) {
    terminal.note(`${counted(open.length - missing.length, 'run')} of these are in the queue already`);
  }
  if (missing.length === 0) {
    terminal.print(`nothing to submit; \`specc ablate ${place.plan.config} --status\` shows how it stands`);
    return EXIT.clean;
  }
  const command = ownCommand();
  const { job, tasks } = submit(place, missing, options, { command, engine: options.engine });
  terminal.print(
    [
      `submitted the array job ${job}: ${counted(tasks.length, 'task')} for ${counted(missing.length, 'run')}`,
      `how it stands   specc ablate ${place.plan.config} --status`,
      `the table       specc ablate ${place.plan.config} --collect`,
    ].join('\n'),
  );
  return EXIT.clean;
}

function sayPlan(folder: string, plan: AblationPlan, terminal: Terminal): void {
  const states = [...statesOf(folder, plan).values()];
  const count = (kind: string): number => states.filter((state) => state.kind === kind).length;
  const begun = count('begun');
  const parts = [
    `${counted(plan.variants.length, 'variant')} × ${counted(plan.seeds.length, 'seed')} of ${plan.ablation}`,
    `${count('finished')} of ${counted(states.length, 'run')} trained before`,
    ...(begun > 0 ? [`${begun} to go on`] : []),
  ];
  terminal.note(`${parts.join(', ')}: ${folder}\n`);
}

/** @throws WrongUse if nothing was planned there */
function planOf(folder: string): AblationPlan {
  const path = latestPlanPath(folder);
  if (readText(path) !== undefined) return readPlan(path);
  throw new WrongUse(`there is no ablation in '${folder}' yet`, 'call this without --status and --collect to begin');
}

/** What is shown is of the latest plan; says so where the files or arguments would make another one. */
function sayOutdated(plan: AblationPlan, { sources, overrides }: Undertaking, terminal: Terminal): void {
  const changed = changedSince(plan, sources).map((path) => `'${path}' changed`);
  const asked = JSON.stringify(overrides) === JSON.stringify(plan.overrides) ? [] : ['these arguments are others'];
  const reasons = [...changed, ...asked];
  if (reasons.length === 0) return;
  const { yellow, bold, cyan } = terminal.noteColours;
  const given = plan.overrides.length === 0 ? '' : `, with ${plan.overrides.map((each) => `--set ${each}`).join(' ')}`;
  terminal.note(
    `${yellow(bold('warning'))}: this is of the plan as it was made last${given}; since then ${reasons.join(', ')}`,
  );
  terminal.note(
    `${cyan('help')}: with --dry-run in place of --status or --collect you see which runs are there of the plan as it would be now\n`,
  );
}

/** Paths of the texts that are no longer those of the plan. */
function changedSince(plan: AblationPlan, sources: readonly SourceText[]): string[] {
  const before = new Map(plan.sources.map(({ path, text }) => [path, text]));
  const now = new Map(sources.map(({ path, text }) => [path, text]));
  return [...new Set([...before.keys(), ...now.keys()])].filter((path) => before.get(path) !== now.get(path));
}

function showStatus(folder: string, plan: AblationPlan, terminal: Terminal): number {
  const states = statesOf(folder, plan);
  terminal.print(statusText(plan, states, { folder, queued: queuedRuns(folder), colours: terminal.colours }));
  return EXIT.clean;
}

/** Writes the table in all its forms and shows it. */
function showTable(folder: string, plan: AblationPlan, terminal: Terminal): number {
  const { table, timings, report } = collect(folder, plan);
  terminal.print(`\n${ablationText(table, timings, terminal)}`);
  terminal.print(
    `\n${terminal.colours.dim('table ')} ${folder}/table.md, .csv, .json\n${terminal.colours.dim('report')} ${report}`,
  );
  if (isComplete(table)) return EXIT.clean;
  const open = table.rows.some(({ runs }) => runs.some(({ state }) => state !== 'finished'));
  if (open) {
    terminal.note(`${terminal.noteColours.cyan('help')}: \`${commandOf(plan)}\` trains what is not finished`);
  }
  return EXIT.errors;
}

/** The command that makes this plan, as a shell takes it. */
function commandOf({ config, overrides }: AblationPlan): string {
  const quoted = (text: string): string => (/^[\w./=,:@+-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`);
  return ['specc', 'ablate', quoted(config), ...overrides.map((each) => `--set ${quoted(each)}`)].join(' ');
}
