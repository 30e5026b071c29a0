/** A thread that fills batches; started by `BatchSource`. */
import { parentPort, workerData } from 'node:worker_threads';
import { BatchFiller, type FillerSetup, type FillReply, type FillRequest } from './batch-filling.ts';

const port = parentPort!;
let filler: BatchFiller | undefined;

port.on('message', (request: FillRequest) => {
  try {
    filler ??= new BatchFiller(workerData as FillerSetup);
    const images = filler.fill(request);
    port.postMessage({ id: request.id, images } satisfies FillReply, [images.buffer]);
  } catch (error) {
    port.postMessage({ id: request.id, error } satisfies FillReply);
  }
});
