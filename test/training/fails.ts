import * as assert from 'uvu/assert';
import { TrainingError } from '../../src/training/training-error.ts';

/** The action ends in a problem that the user can do something about, in words like these. */
export function fails(action: () => unknown, message: RegExp, help: RegExp): void {
  try {
    action();
  } catch (error) {
    assert.instance(error, TrainingError);
    assert.match((error as TrainingError).message, message);
    assert.match((error as TrainingError).help, help);
    return;
  }
  assert.unreachable(`expected ${message}`);
}
