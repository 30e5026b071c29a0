/**
 * `specc train CONFIG`: from a configuration to a trained model in a run folder.
 *
 *   configuration ─▶ experiment ─▶ engine ─▶ images ─▶ run folder ─▶ training ─▶ evaluation of the best ─▶ report
 *
 * Exit code 130 when it was interrupted; the run can then be resumed.
 */
import { checkData } from '../../config/check-data.ts';
import type { Experiment } from '../../config/experiment.ts';
import { counted } from '../../data/data-error.ts';
import { type ChosenEngine, chooseEngine, type EngineChoice } from '../../engines/choose.ts';
import type { NamedTensors } from '../../engines/engine.ts';
import { initialWeights } from '../../engines/initialize.ts';
import { type Checkpoint, fallbackText } from '../../training/checkpoint.ts';
import type { Claim } from '../../training/claim.ts';
import type { EvaluationResult } from '../../training/evaluate.ts';
import { damageMessage } from '../../training/history.ts';
import { identityOf } from '../../training/identity.ts';
import type { TrainingEnd } from '../../training/loop.ts';
import type { TrainingImages } from '../../training/open-data.ts';
import { evaluateRun, writeReport } from '../../training/report/write-report.ts';
import { claimRunOrRefuse } from '../../training/run-claim.ts';
import { experimentOfRun } from '../../training/run-experiment.ts';
import {
  createRun,
  discardUnused,
  extendRun,
  latestRun,
  openRun,
  type Run,
  type SourceText,
} from '../../training/run-folder.ts';
import { startSession } from '../../training/start-session.ts';
import { endingText, type RunTraining, trainRun } from '../../training/train-run.ts';
import { startingWeights } from '../../training/weights/starting-weights.ts';
import { EXIT, WrongUse } from '../failure.ts';
import { INTERRUPTED, onInterrupt } from '../interrupt.ts';
import { loadConfigWithSources } from '../load-model.ts';
import { classTable, headline } from '../metrics-table.ts';
import { openImages } from '../open-images.ts';
import { sayMessage, TrainingProgress } from '../progress.ts';
import { sayEngine } from '../say-engine.ts';
import { refuseErrors } from '../show-diagnostics.ts';
import { kindOfPath } from '../source-files.ts';
import type { Terminal } from '../terminal.ts';

export interface TrainOptions {
  readonly engine: EngineChoice;
  /** True: the latest run of the configuration's name; a text: this run. */
  readonly resume?: boolean | string;
  readonly set?: readonly string[];
  readonly epochs?: string;
  readonly name?: string;
  /** Of the configuration's ablation. */
  readonly variant?: string;
}

/** What is trained, and the run that it continues, if any. */
interface Undertaking {
  readonly experiment: Experiment;
  readonly config: string;
  readonly overrides: readonly string[];
  /** The configuration first, then every specification that was read. */
  readonly sources: readonly SourceText[];
  readonly resumed: Run | undefined;
}

export async function run(args: readonly string[], options: TrainOptions, terminal: Terminal): Promise<number> {
  const undertaking = undertake(args[0], options, terminal);
  const { resumed } = undertaking;
  // Before anything of it is read that another process may be writing.
  const claims = resumed === undefined ? [] : [claimRunOrRefuse(resumed.folder)];
  try {
    return await undergo(undertaking, claims, options.engine, terminal);
  } finally {
    for (const each of claims) each.release();
  }
}

/** @param claims what is to be released at the end; a new run adds its own */
async function undergo(
  undertaking: Undertaking,
  claims: Claim[],
  choice: EngineChoice,
  terminal: Terminal,
): Promise<number> {
  const { experiment } = undertaking;
  refuseErrors(checkData(experiment, kindOfPath), terminal);
  const chosen = await chooseEngine(choice);
  sayEngine(chosen, terminal);

  const interruption = onInterrupt('finishing this step and saving a checkpoint', terminal);
  try {
    const training = await prepare(undertaking, chosen, interruption.signal, terminal);
    if (training === undefined) return INTERRUPTED;
    const { run, engine, images } = training;
    if (undertaking.resumed === undefined) claims.push(claimRunOrRefuse(run.folder));
    terminal.note(`run: ${run.folder}\n`);

    const end = await trainShown(training, interruption.signal, terminal);
    if (end.reason === 'interrupted') return sayInterrupted(run, end, terminal);
    const ending = endingText(end);
    const result =
      images.validation && (await evaluateRun(run, experiment.graph, engine, images.validation, 'best', interruption));
    if (interruption.signal.aborted) return sayInterrupted(run, end, terminal);
    const damage = damageMessage(run.folder);
    if (damage !== undefined) sayMessage(damage, terminal);
    const path = await writeReport(run, experiment.graph, images, result, ending);
    sayResult(run, end, result, images, path, terminal);
    return EXIT.clean;
  } finally {
    interruption.release();
  }
}

/** Opens the images while the engine compiles its step. */
async function prepare(
  undertaking: Undertaking,
  chosen: ChosenEngine,
  signal: AbortSignal,
  terminal: Terminal,
): Promise<RunTraining | undefined> {
  const { experiment, resumed } = undertaking;
  const { engine } = chosen;
  const initial = weightsToStart(undertaking, terminal);
  // The size of a micro-batch that was chosen at the start of a run stands in its checkpoint, which is read later.
  const early = resumed === undefined || experiment.plan.training.microBatch !== 'auto';
  const started = early ? startSession({ experiment, engine, initial }) : undefined;
  try {
    const images = await openImages(experiment, signal, terminal);
    if (images !== undefined) {
      const { run, checkpoint } = prepareRun(undertaking, chosen, images, terminal);
      return { run, experiment, engine, images, initial, resume: checkpoint, started };
    }
  } catch (error) {
    started?.abandon();
    throw error;
  }
  started?.abandon();
  return undefined;
}

function undertake(given: string | undefined, options: TrainOptions, terminal: Terminal): Undertaking {
  // `--resume specs/x.train.yaml`: the configuration was read as the option's value.
  const swallowed = given === undefined && typeof options.resume === 'string' && /\.ya?ml$/.test(options.resume);
  const config = swallowed ? (options.resume as string) : given;
  const resume = swallowed ? true : options.resume;
  if (config === undefined && typeof resume !== 'string') {
    throw new WrongUse(
      'what to train is missing',
      'name a training configuration: `specc train specs/NAME.train.yaml`',
    );
  }
  const asked = [
    ...(options.set ?? []),
    ...(options.epochs === undefined ? [] : [`training.epochs=${options.epochs}`]),
    ...(options.variant === undefined ? [] : [`ablation.variant=${JSON.stringify(options.variant)}`]),
  ];
  if (config === undefined) return continueRun(openRun(resume as string), asked, terminal);

  const { experiment: loaded, sources } = loadConfigWithSources(config, asked, terminal);
  const experiment = named(loaded, options.name);
  return { experiment, config, overrides: asked, sources, resumed: runToResume(resume, experiment) };
}

function named(experiment: Experiment, name: string | undefined): Experiment {
  if (name === undefined) return experiment;
  if (!/^[\w.-]+$/.test(name) || /^\.+$/.test(name)) {
    throw new WrongUse(`'${name}' cannot be the name of a run folder`, 'use letters, digits, hyphens and dots');
  }
  return { ...experiment, plan: { ...experiment.plan, name } };
}

/** `--resume RUN` without a configuration: as the run was made, with more `--set` arguments if there are any. */
function continueRun(run: Run, asked: readonly string[], terminal: Terminal): Undertaking {
  const { record, sources } = run;
  const overrides = [...record.overrides, ...asked];
  const experiment = experimentOfRun({ ...run, record: { ...record, overrides } });
  terminal.note(`resuming ${run.folder} with the sources that it was made from`);
  return { experiment, config: record.config, overrides, sources, resumed: run };
}

function runToResume(resume: boolean | string | undefined, { plan }: Experiment): Run | undefined {
  if (resume === undefined || resume === false) return undefined;
  if (typeof resume === 'string') return openRun(resume, plan.output);
  const folder = latestRun(plan.output, plan.name);
  if (folder !== undefined) return openRun(folder);
  throw new WrongUse(
    `there is no run of '${plan.name}' with a checkpoint in '${plan.output}'`,
    'name the run after --resume, or leave --resume out to start one',
  );
}

function prepareRun(
  { experiment, config, overrides, sources, resumed }: Undertaking,
  { engine, device }: ChosenEngine,
  images: TrainingImages,
  terminal: Terminal,
): { run: Run; checkpoint: Checkpoint | undefined } {
  const { plan, graph } = experiment;
  if (resumed === undefined) {
    const { classes } = images;
    const made = { plan, config, overrides, classes, engine: { name: engine.name, device }, sources };
    return { run: createRun(made), checkpoint: undefined };
  }
  if (!resumed.checkpoints.begun) return { run: extendRun(resumed, plan.training), checkpoint: undefined };
  const checkpoint = resumed.checkpoints.resume(identityOf(plan, graph, images.names));
  if (checkpoint.fallback !== undefined) {
    sayMessage({ severity: 'warning', text: fallbackText(checkpoint) }, terminal);
  }
  const { state } = checkpoint;
  const { epochs } = plan.training;
  if (state.epoch > epochs) {
    const already = counted(state.epoch - 1, 'epoch');
    terminal.note(
      `${resumed.folder} has ${already}, of ${epochs} asked for: nothing is left to train; --epochs asks for more`,
    );
    return { run: resumed, checkpoint };
  }
  terminal.note(`resuming ${resumed.folder} at step ${state.step} (epoch ${state.epoch} of ${epochs})`);
  if (checkpoint.engine !== engine.name) {
    terminal.note(
      `it was trained with ${checkpoint.engine} so far: ${engine.name} continues it, but not bit for bit; --engine ${checkpoint.engine} would`,
    );
  }
  return { run: extendRun(resumed, plan.training), checkpoint };
}

/** A run with a checkpoint goes on from there, whatever it once started from. */
function weightsToStart({ experiment, resumed }: Undertaking, terminal: Terminal): NamedTensors {
  const { plan, graph } = experiment;
  const { seed } = plan.training;
  if (plan.initializeFrom === undefined || resumed?.checkpoints.begun) return initialWeights(graph, seed);
  const { weights, account } = startingWeights(graph, seed, plan.initializeFrom);
  terminal.note(`weights: ${account}`);
  return weights;
}

/** Trains with progress on the terminal. A run that failed before its first step leaves nothing behind. */
async function trainShown(training: RunTraining, signal: AbortSignal, terminal: Terminal): Promise<TrainingEnd> {
  const progress = new TrainingProgress(terminal);
  try {
    return await trainRun(training, progress, signal);
  } catch (error) {
    discardUnused(training.run);
    throw error;
  } finally {
    progress.clear();
  }
}

function sayInterrupted({ folder }: Run, { state }: TrainingEnd, terminal: Terminal): number {
  terminal.problem(
    `interrupted at step ${state.step}, which is saved; to go on: specc train --resume ${quoted(folder)}`,
  );
  return INTERRUPTED;
}

/** A path as a shell takes it in one piece. */
function quoted(path: string): string {
  return /\s/.test(path) ? `'${path}'` : path;
}

function sayResult(
  run: Run,
  end: TrainingEnd,
  result: EvaluationResult | undefined,
  images: TrainingImages,
  path: string,
  terminal: Terminal,
): void {
  const { bold, dim } = terminal.colours;
  const trained = endingText(end);
  if (result === undefined) {
    terminal.print(`\n${bold(run.folder)}: ${trained}; there are no validation images`);
  } else {
    terminal.print(`\n${bold(run.folder)}: ${trained}; the best, of epoch ${end.state.best?.epoch}, on validation:`);
    terminal.print(headline(result.evaluation, images.baseline, terminal.colours));
    terminal.print(`\n${classTable(result.evaluation, terminal.colours)}`);
  }
  terminal.print(
    [
      '',
      `${dim('report  ')} ${path}`,
      `${dim('evaluate')} specc eval ${quoted(run.folder)} --data FOLDER`,
      `${dim('classify')} specc predict ${quoted(run.folder)} IMAGE…`,
    ].join('\n'),
  );
}
