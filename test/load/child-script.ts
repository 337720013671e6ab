import { type ChildProcess, fork } from 'node:child_process';
import type { z } from 'zod';

const STOP_TIMEOUT_MS = 2_000;

/**
 * A script of the bench in a process of its own, so that its CPU shows under its own name. It answers one message with
 * one message, and ends when its parent is gone (`disconnect`).
 */
export class ChildScript {
  readonly name: string;
  readonly #child: ChildProcess;

  private constructor(name: string, child: ChildProcess) {
    this.name = name;
    this.#child = child;
  }

  /** Starts the script; its first message says that it is ready and is given back. */
  static async start<T>(
    options: { readonly name: string; readonly script: URL; readonly args: readonly string[] },
    readySchema: z.ZodType<T>,
  ): Promise<{ readonly script: ChildScript; readonly ready: T }> {
    const child = fork(options.script, [...options.args], { serialization: 'json' });
    const script = new ChildScript(options.name, child);
    const ready = await script.#nextMessage(readySchema, STOP_TIMEOUT_MS * 5);
    return { script, ready };
  }

  get pid(): number | undefined {
    return this.#child.pid;
  }

  /** One question at a time. Rejects when the script ends, or when it has not answered in time. */
  ask<T>(question: object, answerSchema: z.ZodType<T>, timeoutMs: number): Promise<T> {
    const answer = this.#nextMessage(answerSchema, timeoutMs);
    this.#child.send(question);
    return answer;
  }

  async stop(): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    const ended = new Promise((resolve) => this.#child.once('exit', resolve));
    this.#child.kill('SIGTERM');
    const timer = setTimeout(() => this.#child.kill('SIGKILL'), STOP_TIMEOUT_MS);
    await ended;
    clearTimeout(timer);
  }

  #nextMessage<T>(schema: z.ZodType<T>, timeoutMs: number): Promise<T> {
    return new Promise((resolve, reject) => {
      const settle = (act: () => void) => {
        clearTimeout(timer);
        this.#child.off('message', onMessage);
        this.#child.off('exit', onExit);
        this.#child.off('error', onError);
        act();
      };
      const onMessage = (message: unknown) => {
        const parsed = schema.safeParse(message);
        settle(() => (parsed.success ? resolve(parsed.data) : reject(parsed.error)));
      };
      const onExit = () => settle(() => reject(new Error(`${this.name} ended`)));
      const onError = (error: Error) => settle(() => reject(error));
      const timer = setTimeout(() => {
        settle(() => reject(new Error(`${this.name} did not answer in ${timeoutMs} ms`)));
      }, timeoutMs);
      this.#child.once('message', onMessage);
      this.#child.once('exit', onExit);
      this.#child.once('error', onError);
    });
  }
}
