import { type ChildProcess, spawn } from 'node:child_process';
import { clearPidFile, stopStaleServer, writePidFile } from './pid-file.ts';

/** One broker that we started ourselves and may stop, kill and start again on the same port and data. */
export type BrokerProcess = {
  readonly port: number;
  /** The server's process id; undefined while it is down, and always for a container. */
  readonly pid: number | undefined;
  /** Resolves when the server takes connections; does nothing when it already runs. */
  start(): Promise<void>;
  /** Asks the server to end, and kills it when it has not after a bound. Does nothing when it is down. */
  stop(): Promise<void>;
  /** Sends a signal. After one that ends the server, resolves once it is gone. */
  kill(signal: NodeJS.Signals): Promise<void>;
};

export type ServerCommand = {
  name: string;
  file: string;
  args: readonly string[];
  port: number;
  /** Part of the log line by which the server says that it takes connections. */
  readyLine: string;
  pidFile: string;
  /** Told when the server ends without having been asked to. */
  say: (line: string) => void;
};

const READY_WITHIN_MS = 15_000;
const STOP_WITHIN_MS = 5_000;
const LOG_LINES_MAX = 20;
const LOG_LINE_CHARACTERS_MAX = 500;
const ENDING_SIGNALS: ReadonlySet<NodeJS.Signals> = new Set(['SIGKILL', 'SIGTERM', 'SIGINT']);

type Running = {
  child: ChildProcess;
  pid: number;
  exited: Promise<string>;
  isReady: Promise<void>;
  lastLines: string[];
};

/** A broker as a child process of ours. */
export class ServerProcess implements BrokerProcess {
  readonly port: number;
  readonly #command: ServerCommand;
  #running: Running | undefined;

  constructor(command: ServerCommand) {
    this.port = command.port;
    this.#command = command;
  }

  get pid(): number | undefined {
    return this.#running?.pid;
  }

  async start(): Promise<void> {
    if (this.#running !== undefined) return;
    await stopStaleServer(this.#command.pidFile);

    const running = await launch(this.#command);
    this.#running = running;
    try {
      await withDeadline(readyOrGone(running), READY_WITHIN_MS, 'it did not say that it is ready');
    } catch (error) {
      await this.kill('SIGKILL');
      throw this.#startFailure(error, running);
    }
    void running.exited.then((how) => this.#noteExit(running, how));
    await writePidFile(this.#command.pidFile, running.pid);
  }

  async stop(): Promise<void> {
    const running = this.#running;
    if (running === undefined) return;
    this.#running = undefined;
    running.child.kill('SIGTERM');
    // A server that a test has paused acts on SIGTERM only after it goes on.
    running.child.kill('SIGCONT');
    try {
      await withDeadline(running.exited, STOP_WITHIN_MS, 'it did not end');
    } catch {
      // The bound has passed: SIGKILL cannot be refused, so this wait does end.
      running.child.kill('SIGKILL');
      await running.exited;
    }
    await clearPidFile(this.#command.pidFile);
  }

  async kill(signal: NodeJS.Signals): Promise<void> {
    const running = this.#running;
    if (running === undefined) return;
    if (ENDING_SIGNALS.has(signal)) this.#running = undefined;
    running.child.kill(signal);
    if (ENDING_SIGNALS.has(signal)) await running.exited;
  }

  #noteExit(running: Running, how: string): void {
    if (this.#running !== running) return;
    this.#running = undefined;
    this.#command.say(`${this.#command.name} ended by itself: ${how}`);
  }

  #startFailure(cause: unknown, running: Running): Error {
    const reason = cause instanceof Error ? cause.message : String(cause);
    const lines = running.lastLines.map((line) => `  ${line}`).join('\n');
    const where = `${this.#command.name} on 127.0.0.1:${this.port}`;
    return new Error(`${where} did not start: ${reason}. Its last log lines:\n${lines}`, { cause });
  }
}

/**
 * Starts the server in a process group of its own, so that Ctrl-C in a terminal reaches us alone and the services can
 * drain while their brokers still answer.
 */
async function launch(command: ServerCommand): Promise<Running> {
  const child = spawn(command.file, [...command.args], {
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  await new Promise<void>((resolve, reject) => {
    child.once('spawn', resolve);
    child.once('error', reject);
  });
  if (child.pid === undefined) throw new Error(`${command.file} started without a process id`);
  const dismissGuard = guardAgainstOurDeath(child.pid);
  const exited = new Promise<string>((resolve) => {
    child.once('exit', (code, signal) => {
      dismissGuard();
      resolve(signal === null ? `exit code ${code}` : `signal ${signal}`);
    });
  });
  return { child, pid: child.pid, exited, ...followLog(child, command.readyLine) };
}

/**
 * When this process is killed outright nothing of ours can run any more, so a tiny shell holds the other end of a pipe:
 * at its end of file it ends the server, after a line it just leaves.
 */
function guardAgainstOurDeath(serverPid: number): () => void {
  const guard = spawn('/bin/sh', ['-c', 'read -r _ || kill -TERM "$0"', String(serverPid)], {
    detached: true,
    stdio: ['pipe', 'ignore', 'ignore'],
  });
  // Without a shell there is no guard; the pid file in the data folder is then the second net.
  guard.on('error', () => undefined);
  guard.stdin.on('error', () => undefined);
  guard.unref();
  return () => guard.stdin.end('done\n');
}

function followLog(child: ChildProcess, readyLine: string): Pick<Running, 'isReady' | 'lastLines'> {
  const lastLines: string[] = [];
  const isReady = new Promise<void>((resolve) => {
    for (const stream of [child.stdout, child.stderr]) {
      let rest = '';
      stream?.setEncoding('utf8').on('data', (text: string) => {
        const lines = (rest + text).split('\n');
        rest = (lines.pop() ?? '').slice(0, LOG_LINE_CHARACTERS_MAX);
        lastLines.push(...lines.map((line) => line.slice(0, LOG_LINE_CHARACTERS_MAX)));
        lastLines.splice(0, Math.max(0, lastLines.length - LOG_LINES_MAX));
        if (lines.some((line) => line.includes(readyLine))) resolve();
      });
    }
  });
  return { isReady, lastLines };
}

async function readyOrGone(running: Running): Promise<void> {
  const gone = await Promise.race([running.isReady, running.exited]);
  if (gone !== undefined) throw new Error(`it ended with ${gone}`);
}

async function withDeadline<T>(work: Promise<T>, timeoutMs: number, failure: string): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`${failure} within ${timeoutMs} ms`)), timeoutMs);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}
