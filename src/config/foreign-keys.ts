/** What Keras, PyTorch and their relatives call the fields of a training configuration. */

const OWN_PATHS: Readonly<Record<string, string>> = {
  lr: 'training.learning_rate',
  lr_schedule: 'training.learning_rate',
  lr_scheduler: 'training.learning_rate',
  scheduler: 'training.learning_rate',
  batch_size: 'training.batch',
  num_epochs: 'training.epochs',
  max_epochs: 'training.epochs',
  patience: 'training.early_stopping',
  val_split: 'data.split.validation',
  validation_split: 'data.split.validation',
  train_dir: 'data.train',
  val_dir: 'data.validation',
  augmentation: 'data.augment',
};

/** The path here of what `key` is elsewhere: `training.batch` for `batch_size`. */
export function ownPathOf(key: string): string | undefined {
  const name = key.toLowerCase().replaceAll('-', '_');
  return Object.hasOwn(OWN_PATHS, name) ? OWN_PATHS[name] : undefined;
}
