/** A training problem that is neither in a source file nor in the data: a checkpoint, a run folder, a loss gone wrong. */
export class TrainingError extends Error {
  override readonly name = 'TrainingError';

  constructor(
    message: string,
    /** What to do about it; shown after `help:`. */
    readonly help: string,
  ) {
    super(message);
  }
}
