/** Starts worker threads, from TypeScript sources and from the bundle alike. */
import { Worker } from 'node:worker_threads';

/**
 * Starts `<name>.ts` beside the importing source file, or `<name>.js` beside the bundle's chunks.
 *
 * @param importer the caller's `import.meta.url`
 * @param name the worker file's name without its extension
 */
export function startWorker(importer: string, name: string, workerData: unknown): Worker {
  const fromSource = importer.endsWith('.ts');
  const file = new URL(fromSource ? `./${name}.ts` : `./${name}.js`, importer);
  // Node does not run these sources by itself; resolved here because a bare name would be looked up from the
  // working directory.
  return new Worker(file, { workerData, ...(fromSource && { execArgv: ['--import', import.meta.resolve('tsx')] }) });
}
