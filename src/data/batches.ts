/**
 * Yields batches of images for training and evaluation, filled by worker threads ahead of time.
 *
 * What a batch holds follows from the seed, the epoch and the batch's position alone, so that a run resumed in the
 * middle of an epoch sees exactly what an uninterrupted one does, whatever the number of workers.
 */
import type { Worker } from 'node:worker_threads';
import { Random } from '../shared/random.ts';
import { startWorker } from '../shared/worker.ts';
import type { Augmentation, Normalisation } from './augmentation.ts';
import { BatchFiller, type FillerSetup, type FillReply } from './batch-filling.ts';
import type { PixelRows } from './pixel-rows.ts';

export interface Batch {
  /** [N, H, W, C], normalised; zeros after the first `count` images, which only evaluation has. */
  readonly images: Float32Array<ArrayBuffer>;
  /** [N] class indices; 0 after the first `count`. */
  readonly labels: Int32Array;
  /** [N] rows of the cache; −1 after the first `count`. */
  readonly indices: Int32Array;
  /** How many of N are real images. */
  readonly count: number;
}

export interface BatchOptions {
  readonly rows: PixelRows;
  /** Each row's class. */
  readonly labels: ArrayLike<number>;
  /** The rows to draw from, such as a split's `train`. */
  readonly examples: readonly number[];
  /** N, images a batch. */
  readonly batch: number;
  readonly normalisation: Normalisation;
  /** Undefined: evaluation, in the order of `examples`, undistorted. */
  readonly training?: {
    readonly seed: number;
    /** Leave out the last batch of an epoch when it is not full, as the paper does; else it is filled up. */
    readonly dropLast: boolean;
    readonly augmentation: Augmentation;
    /** Each row's name (its path), so that its distortions do not change when images are added. */
    readonly names: readonly string[];
  };
  /** Threads; 0 fills batches in the calling thread. */
  readonly workers?: number;
  /** Batches that are filled ahead of the one in use. */
  readonly prefetch?: number;
}

/** The order in which an epoch visits the examples: a shuffle by (seed, epoch). */
export function epochOrder(examples: readonly number[], seed: number, epoch: number): Int32Array {
  return Random.of('shuffle', seed, epoch).shuffle(Int32Array.from(examples));
}

interface Waiting {
  readonly worker: Worker;
  resolve(images: Float32Array<ArrayBuffer>): void;
  reject(error: unknown): void;
}

export class BatchSource {
  readonly #options: BatchOptions;
  readonly #workers: Worker[] = [];
  readonly #filler: BatchFiller | undefined;
  readonly #waiting = new Map<number, Waiting>();
  readonly #spare: ArrayBuffer[] = [];
  #nextId = 0;
  /** Why no more batches can be had: closed, or a worker died. */
  #ended: unknown;

  constructor(options: BatchOptions) {
    this.#options = options;
    const { training, workers = 1 } = options;
    const setup: FillerSetup = {
      rows: options.rows,
      normalisation: options.normalisation,
      augmentation: training && { options: training.augmentation, seed: training.seed },
      names: training?.names ?? [],
    };
    if (workers === 0) this.#filler = new BatchFiller(setup);
    for (let each = 0; each < workers; each++) this.#workers.push(this.#start(setup));
  }

  get batchesPerEpoch(): number {
    const { examples, batch, training } = this.#options;
    return training?.dropLast ? Math.floor(examples.length / batch) : Math.ceil(examples.length / batch);
  }

  /**
   * The batches of one epoch, from the given position on. One iteration at a time; leaving it early is fine.
   *
   * @throws what went wrong in a worker, such as a cache file that vanished
   */
  async *epoch(epoch: number, from = 0): AsyncGenerator<Batch, void, undefined> {
    const { examples, training, prefetch = 2 } = this.#options;
    const order = training ? epochOrder(examples, training.seed, epoch) : Int32Array.from(examples);
    const ahead: Promise<Batch>[] = [];
    const depth = Math.max(1, prefetch, this.#workers.length);
    let next = from;
    try {
      while (next < this.batchesPerEpoch || ahead.length > 0) {
        // Workers fill the batches ahead while the caller holds the one before; without workers there is no gain.
        const wanted = this.#filler === undefined ? depth + 1 : 1;
        while (ahead.length < wanted && next < this.batchesPerEpoch) {
          const batch = this.#batch(order, epoch, next++);
          batch.catch(() => {}); // reported when its turn comes
          ahead.push(batch);
        }
        yield await ahead.shift()!;
      }
    } finally {
      await Promise.allSettled(ahead);
    }
  }

  /** Gives a batch's memory back for a later one. Optional; the caller must not use the images afterwards. */
  recycle(batch: Batch): void {
    const { buffer } = batch.images;
    if (buffer.byteLength > 0 && this.#spare.length < 8) this.#spare.push(buffer);
  }

  /** Ends the workers; batches under way are rejected. */
  async close(): Promise<void> {
    this.#fail(new Error('the batch source was closed'));
    this.#filler?.close();
    await Promise.all(this.#workers.map((worker) => worker.terminate()));
  }

  async #batch(order: Int32Array, epoch: number, position: number): Promise<Batch> {
    const { batch: size, training, labels: known } = this.#options;
    const first = position * size;
    // A training step has one size: the last batch of an epoch is filled up with the images that the epoch began with.
    const count = training ? size : Math.min(size, order.length - first);
    const indices = Int32Array.from({ length: size }, (_, at) =>
      at < count ? order[(first + at) % order.length]! : -1,
    );
    const labels = indices.map((index) => (index < 0 ? 0 : (known[index] ?? 0)));
    return { images: await this.#fill(epoch, indices), labels, indices, count };
  }

  #fill(epoch: number, indices: Int32Array): Promise<Float32Array<ArrayBuffer>> {
    const id = this.#nextId++;
    const request = { id, epoch, indices, buffer: this.#spare.pop() };
    if (this.#ended !== undefined) return Promise.reject(this.#ended);
    if (this.#filler !== undefined) return Promise.resolve(this.#filler.fill(request));
    const worker = this.#leastBusy();
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, { worker, resolve, reject });
      // Only a thread that is awaited keeps the process alive: forgetting to close the source must not hang it.
      worker.ref();
      worker.postMessage(request, request.buffer === undefined ? [] : [request.buffer]);
    });
  }

  #leastBusy(): Worker {
    const load = new Map(this.#workers.map((worker) => [worker, 0]));
    for (const { worker } of this.#waiting.values()) load.set(worker, (load.get(worker) ?? 0) + 1);
    return this.#workers.reduce((best, each) => (load.get(each)! < load.get(best)! ? each : best));
  }

  #start(setup: FillerSetup): Worker {
    const worker = startWorker(import.meta.url, 'image-worker', setup);
    worker.on('message', (reply: FillReply) => {
      const waiting = this.#waiting.get(reply.id);
      this.#waiting.delete(reply.id);
      if (![...this.#waiting.values()].some((each) => each.worker === worker)) worker.unref();
      if ('error' in reply) waiting?.reject(reply.error);
      else waiting?.resolve(reply.images);
    });
    worker.on('error', (error) => this.#fail(error));
    worker.on('exit', (code) => this.#fail(new Error(`an image worker ended unexpectedly (exit code ${code})`)));
    worker.unref(); // last: listening for messages refers to the thread again
    return worker;
  }

  #fail(error: unknown): void {
    this.#ended ??= error;
    for (const { reject } of this.#waiting.values()) reject(error);
    this.#waiting.clear();
  }
}
