/** Batches of any size through a model of one size. */

/**
 * Class scores `[N, classes]` of images `[N, …]`, by as many runs as it takes; the last one is filled up with zeros.
 * `imageSize` is the number of elements of one image. Throws when `images` holds no whole number of them.
 */
export async function inBatches(
  images: Float32Array,
  batch: number,
  imageSize: number,
  run: (images: Float32Array) => Promise<Float32Array>,
): Promise<Float32Array> {
  const count = images.length / imageSize;
  if (!Number.isInteger(count) || count === 0) {
    throw new Error(`${images.length} numbers are no whole number of images of ${imageSize}`);
  }
  if (count === batch) return run(images);
  let scores = new Float32Array(0);
  let classes = 0;
  for (let first = 0; first < count; first += batch) {
    const filled = new Float32Array(batch * imageSize);
    filled.set(images.subarray(first * imageSize, (first + batch) * imageSize));
    const made = await run(filled);
    if (first === 0) {
      classes = made.length / batch;
      scores = new Float32Array(count * classes);
    }
    scores.set(made.subarray(0, Math.min(batch, count - first) * classes), first * classes);
  }
  return scores;
}

/** Class indices `[N]` as one-hot rows `[N, classes]`. Throws for an index that is no class. */
export function oneHot(labels: Int32Array, classes: number): Float32Array {
  const rows = new Float32Array(labels.length * classes);
  for (const [index, label] of labels.entries()) {
    if (!(label >= 0 && label < classes)) throw new Error(`label ${label} is none of ${classes} classes`);
    rows[index * classes + label] = 1;
  }
  return rows;
}
