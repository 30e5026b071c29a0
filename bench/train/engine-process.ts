/**
 * A process that answers requests, one JSON text a line: kept warm, and stopped whenever it is not asked, so that idle
 * threads take nothing from the engine that is being measured.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';

/** Windows has no signal that stops a process. */
const CAN_STOP = process.platform !== 'win32';

export class EngineProcess {
  readonly #child: ChildProcess;
  readonly #name: string;
  #answer: { resolve(reply: unknown): void; reject(error: Error): void } | undefined;
  #ended: Error | undefined;
  readonly #kill = (): void => void this.#child.kill('SIGKILL');

  constructor(name: string, command: string, args: readonly string[], environment: Readonly<Record<string, string>>) {
    this.#name = name;
    this.#child = spawn(command, args, {
      stdio: ['pipe', 'pipe', 'inherit'],
      env: { ...process.env, ...environment },
    });
    createInterface({ input: this.#child.stdout! }).on('line', (line) => this.#hear(line));
    this.#child.stdin!.on('error', () => undefined); // the end of the process is told below
    this.#child.on('error', (error) => this.#end(error));
    this.#child.on('close', (code, signal) => this.#end(new Error(`${name} ended with ${signal ?? code}`)));
    process.on('exit', this.#kill);
  }

  /** Wakes the process, asks, and stops it again. Requests must not overlap. */
  async request<Reply>(message: object): Promise<Reply> {
    if (this.#ended) throw this.#ended;
    if (CAN_STOP) this.#child.kill('SIGCONT');
    const reply = await new Promise<unknown>((resolve, reject) => {
      this.#answer = { resolve, reject };
      this.#child.stdin!.write(`${JSON.stringify(message)}\n`);
    });
    if (CAN_STOP) this.#child.kill('SIGSTOP');
    return reply as Reply;
  }

  close(): void {
    this.#ended ??= new Error(`${this.#name} is closed`);
    process.off('exit', this.#kill);
    this.#kill();
  }

  #hear(line: string): void {
    // Libraries print to the standard output too.
    if (!line.startsWith('{')) {
      process.stderr.write(`${this.#name}: ${line}\n`);
      return;
    }
    const reply = JSON.parse(line) as { readonly error?: string };
    const answer = this.#answer;
    this.#answer = undefined;
    if (reply.error === undefined) answer?.resolve(reply);
    else answer?.reject(new Error(`${this.#name}: ${reply.error}`));
  }

  #end(error: Error): void {
    this.#ended ??= error;
    this.#answer?.reject(error);
  }
}

/** The other side, in a process of Node: answers each line of the standard input, one after the other. */
export function answerRequests<Request>(answer: (request: Request) => Promise<object>): void {
  let last = Promise.resolve();
  createInterface({ input: process.stdin }).on('line', (line) => {
    last = last.then(async () => {
      let reply: object;
      try {
        reply = await answer(JSON.parse(line) as Request);
      } catch (error) {
        reply = { error: error instanceof Error ? error.message : String(error) };
      }
      process.stdout.write(`${JSON.stringify(reply)}\n`);
    });
  });
}
