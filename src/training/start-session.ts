/**
 * Starts an engine's session before anything else is ready for it. Compiling a step takes a second or more, in a thread
 * of the engine's own, and depends on no image: images are opened meanwhile.
 */
import type { Graph } from '../compiler/graph.ts';
import type { Experiment } from '../config/experiment.ts';
import type { Plan } from '../config/plan.ts';
import type { Engine, NamedTensors, TrainingSession, TrainingSetup } from '../engines/engine.ts';
import type { TrainingState } from './checkpoint.ts';
import { chooseMicroBatch } from './micro-batch.ts';
import type { DataMessage } from './open-data.ts';
import { chooseRecomputed } from './recompute.ts';

export interface SessionStart {
  /** Whoever trains awaits it, and hears then why it failed. */
  readonly session: Promise<TrainingSession>;
  /** Images computed at once. */
  readonly microBatch: number;
  readonly messages: readonly DataMessage[];
  /** Frees the session, once it is there, where training was not reached. */
  abandon(): void;
}

export interface SessionNeeds {
  readonly experiment: Experiment;
  readonly engine: Engine;
  /** What a new run starts from; a resumed one loads its own over it. */
  readonly initial: NamedTensors;
  readonly resumed?: TrainingState | undefined;
  /** Of the engine; all that there are unless told. */
  readonly threads?: number | undefined;
}

/** What an engine is told of a plan. */
export function setupOf(
  { training: { optimizer, batch, seed, labelSmoothing, auxiliary } }: Plan,
  graph: Graph,
  { microBatch, recompute, threads }: Pick<TrainingSetup, 'microBatch' | 'recompute'> & { threads: number | undefined },
): TrainingSetup {
  const loss = { kind: 'cross_entropy', labelSmoothing, auxiliary } as const;
  return { graph, batch, microBatch, recompute, optimizer, loss, seed, ...(threads !== undefined && { threads }) };
}

export function startSession({ experiment, engine, initial, resumed, threads }: SessionNeeds): SessionStart {
  const { plan, graph } = experiment;
  const { paths: recompute, messages: recomputed } = chooseRecomputed(plan.training, graph, engine);
  const { microBatch, messages: divided } = chooseMicroBatch(plan.training, graph, resumed, recompute);
  const session = engine.train(setupOf(plan, graph, { microBatch, recompute, threads }), initial);
  const ended = session.then(
    (started) => started,
    () => undefined, // told to whoever awaits the session
  );
  return {
    session,
    microBatch,
    messages: [...recomputed, ...divided],
    abandon: () => void ended.then((started) => started?.close()),
  };
}
