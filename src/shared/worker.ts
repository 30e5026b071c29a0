/** Starts worker threads and processes, from TypeScript sources and from the bundle alike. */
import { type ChildProcess, fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';

/**
 * Starts `<name>.ts` beside the importing source file, or `<name>.js` beside the bundle's chunks.
 *
 * @param importer the caller's `import.meta.url`
 * @param name the worker file's name without its extension
 */
export function startWorker(importer: string, name: string, workerData: unknown): Worker {
  if (!importer.endsWith('.ts')) return new Worker(new URL(`./${name}.js`, importer), { workerData });
  // A worker thread does not inherit tsx's loader (and `--import tsx` leaves it out on Node 20), so it registers its own.
  const file = new URL(`./${name}.ts`, importer).href;
  const register = import.meta.resolve('tsx/esm/api');
  const start = `import(${JSON.stringify(register)}).then(({ register }) => (register(), import(${JSON.stringify(file)})))`;
  return new Worker(start, { eval: true, workerData });
}

/** The same as a process, whose messages come back, and whose standard error is for the caller to read. */
export function startProcess(importer: string, name: string): ChildProcess {
  const isSource = importer.endsWith('.ts');
  const file = fileURLToPath(new URL(`./${name}.${isSource ? 'ts' : 'js'}`, importer));
  const execArgv = isSource ? ['--import', import.meta.resolve('tsx')] : [];
  return fork(file, { execArgv, stdio: ['ignore', 'ignore', 'pipe', 'ipc'] });
}
