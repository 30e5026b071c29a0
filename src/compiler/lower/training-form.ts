/** Forms in which a training step computes what has several, by name: each can be left out. */
export const trainingForms = [
  /** Convolutions of small maps, and with a stride, as products with columns of the whole batch. */
  'columns',
  /** The gradient in a filter as one product for each column of the kernel. */
  'stacked-rows',
  /** Convolutions from or to a few channels as products with all taps. */
  'few-channels',
  /** Channels in blocks of a vector of the processor. */
  'channel-blocks',
  /** A factor and an offset for each channel as a convolution. */
  'affine-convolution',
  /** The gradient of maximum pooling by where each maximum was. */
  'pool-places',
] as const;
export type TrainingForm = (typeof trainingForms)[number];
