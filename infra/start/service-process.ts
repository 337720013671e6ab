import { type ChildProcess, spawn } from 'node:child_process';
import { createWriteStream, type WriteStream } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { dirname } from 'node:path';
import { createInterface } from 'node:readline';
import { Readable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';

const READY_TIMEOUT_MS = 20_000;

/** A drain takes up to 15 s in a worker; then the process is killed. */
const STOP_TIMEOUT_MS = 20_000;

/** A service that ends by itself is started again after this, doubled each time it does not live a minute. */
const FIRST_RESTART_MS = 300;
const MAX_RESTART_MS = 10_000;
const HEALTHY_AFTER_MS = 60_000;

const REPOSITORY = fileURLToPath(new URL('../..', import.meta.url));

const readySchema = z.object({ ready: z.literal(true), url: z.string().optional() });

export interface ServiceProcessOptions {
  /** Shown to people; also the name of the log file. */
  readonly name: string;
  /** Script, from the repository's root. */
  readonly script: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly logFile: string;
  /** Whether a process that ends unasked is started again. */
  readonly restarts: boolean;
  /** Told when the process ended unasked. */
  readonly onExit?: (how: string) => void;
}

/** One process of ours: started, waited for, restarted when it falls, stopped with us. Its log goes to a file. */
export class ServiceProcess {
  readonly #options: ServiceProcessOptions;
  #child: ChildProcess | undefined;
  #log: WriteStream | undefined;
  #restartMs = FIRST_RESTART_MS;
  #restartTimer: NodeJS.Timeout | undefined;
  #isStopping = false;
  /** A process that never came up has a fault that starting it again does not mend. */
  #wasReady = false;
  #url: string | undefined;

  constructor(options: ServiceProcessOptions) {
    this.#options = options;
  }

  get name(): string {
    return this.#options.name;
  }

  get pid(): number | undefined {
    return this.#child?.pid;
  }

  /** Address that the process listens at; known once it is ready. */
  get url(): string {
    if (this.#url === undefined) throw new Error(`${this.name} listens nowhere`);
    return this.#url;
  }

  /** Resolves when the process says that it is ready; rejects with its last words when it ends before. */
  async start(): Promise<void> {
    await mkdir(dirname(this.#options.logFile), { recursive: true });
    this.#log ??= createWriteStream(this.#options.logFile, { flags: 'a' });
    await this.#spawn();
  }

  /** Sends a signal to the process as it runs now; it is restarted if it ends and restarts are on. */
  signal(signal: NodeJS.Signals): void {
    this.#child?.kill(signal);
  }

  /** Asks the process to drain, kills it when it takes too long, and lets nothing restart it. */
  async stop(): Promise<void> {
    this.#isStopping = true;
    clearTimeout(this.#restartTimer);
    const child = this.#child;
    if (child !== undefined && child.exitCode === null && child.signalCode === null) {
      const ended = new Promise((resolve) => child.once('exit', resolve));
      child.kill('SIGTERM');
      child.kill('SIGCONT');
      const timer = setTimeout(() => child.kill('SIGKILL'), STOP_TIMEOUT_MS);
      await ended;
      clearTimeout(timer);
    }
    this.#log?.end();
  }

  #spawn(): Promise<void> {
    const { script, env, name } = this.#options;
    const child = spawn(process.execPath, [script], {
      cwd: REPOSITORY,
      env: { ...env },
      // The channel carries nothing: it closes when we are gone, however that came, and the service drains.
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    });
    this.#child = child;
    const startedAt = performance.now();
    let lastWords = '';
    child.stderr?.on('data', (bytes: Buffer) => {
      lastWords = (lastWords + bytes.toString()).slice(-2_000);
      this.#log?.write(bytes);
    });
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        child.kill('SIGKILL');
      }, READY_TIMEOUT_MS);
      const output = child.stdout ?? Readable.from([]);
      createInterface({ input: output }).on('line', (line) => {
        const ready = readReady(line);
        if (ready === undefined) return;
        clearTimeout(timer);
        this.#wasReady = true;
        this.#url = ready.url;
        resolve();
      });
      child.once('error', reject);
      child.once('exit', (code, signal) => {
        clearTimeout(timer);
        reject(new Error(`${name} did not start: ${lastWords.trim()}`));
        if (!this.#isStopping) this.#onUnaskedExit(signal ?? String(code), startedAt);
      });
    });
  }

  #onUnaskedExit(how: string, startedAt: number): void {
    const { restarts, onExit } = this.#options;
    onExit?.(how);
    if (!restarts || !this.#wasReady) return;
    if (performance.now() - startedAt > HEALTHY_AFTER_MS) this.#restartMs = FIRST_RESTART_MS;
    this.#restartTimer = setTimeout(() => {
      this.#spawn().catch((error: unknown) => {
        this.#log?.write(`${String(error)}\n`);
      });
    }, this.#restartMs);
    this.#restartMs = Math.min(this.#restartMs * 2, MAX_RESTART_MS);
  }
}

function readReady(line: string): z.infer<typeof readySchema> | undefined {
  if (!line.startsWith('{')) return undefined;
  return readySchema.safeParse(JSON.parse(line)).data;
}
