/** The main thread's side of the onnxruntime worker: requests as promises, errors as errors. */
import type { Worker } from 'node:worker_threads';
import { startWorker } from '../../shared/worker.ts';
import { EngineError } from '../engine.ts';
import type { Reply, Request, TensorMessage } from './messages.ts';
import { silenceTelemetry } from './runtime.ts';

interface Pending {
  resolve(tensors: readonly TensorMessage[]): void;
  reject(error: Error): void;
}

export class OnnxWorker {
  readonly #worker: Worker;
  readonly #pending = new Map<number, Pending>();
  #requests = 0;
  /** Why there will be no more answers. */
  #ended: Error | undefined;

  constructor() {
    silenceTelemetry();
    this.#worker = startWorker(import.meta.url, 'onnx-worker', undefined);
    this.#worker.unref();
    this.#worker.on('message', (reply: Reply) => this.#settle(reply));
    this.#worker.on('error', (error) => this.#end(error));
    this.#worker.on('exit', (code) => this.#end(new Error(`the onnxruntime thread ended with code ${code}`)));
  }

  /** `transfer` hands buffers over: the caller must not use them again. */
  request(request: Request, transfer: readonly (Float32Array | Uint8Array)[] = []): Promise<readonly TensorMessage[]> {
    if (this.#ended) return Promise.reject(this.#ended);
    return new Promise((resolve, reject) => {
      const id = this.#requests++;
      this.#pending.set(id, { resolve, reject });
      // the process stays alive for an answer, but not for an idle worker
      this.#worker.ref();
      this.#worker.postMessage(
        { id, request },
        transfer.map(({ buffer }) => buffer as ArrayBuffer),
      );
    });
  }

  /** Frees the models and ends the thread. Closing twice is harmless. */
  async close(): Promise<void> {
    if (this.#ended) return;
    await this.request({ kind: 'close' });
    this.#ended = new Error('the session is closed');
  }

  #settle(reply: Reply): void {
    const pending = this.#pending.get(reply.id)!;
    this.#pending.delete(reply.id);
    if (this.#pending.size === 0) this.#worker.unref();
    if ('tensors' in reply) {
      pending.resolve(reply.tensors);
      return;
    }
    const { message, help } = reply.error;
    pending.reject(help === undefined ? new Error(message) : new EngineError(message, help));
  }

  #end(error: Error): void {
    this.#ended ??= error;
    for (const { reject } of this.#pending.values()) reject(error);
    this.#pending.clear();
  }
}
