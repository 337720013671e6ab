import type { ReasoningBlock } from '../../shared/contracts/reasoning-detail.ts';
import type { JobWriter } from '../../shared/jobs/job-writer.ts';
import type { AnswerSink, ToolCallPiece } from '../../shared/ports/provider.ts';
import { DeltaBatch } from './delta-batch.ts';
import type { Pacer } from './pacer.ts';
import type { StopSignal } from './stop-signal.ts';

/** Characters that may wait for the log; then the provider is not read any further. */
const MAX_WAITING_CHARACTERS = 262_144;

export interface DeltaPublisherOptions {
  readonly writer: JobWriter;
  readonly attempt: number;
  readonly pacer: Pacer;
  readonly stop: StopSignal;
  readonly now: () => number;
  /** Called when the first of the answer comes; may be called again. */
  readonly onFirst?: () => void;
}

/**
 * Puts an answer into the log as it comes: one append in flight, and what arrives meanwhile goes out together in the
 * next one. So the first token leaves at once, and a fast provider costs few messages.
 */
export class DeltaPublisher implements AnswerSink {
  readonly #options: DeltaPublisherOptions;
  readonly #batch = new DeltaBatch();
  #pump: Promise<void> | undefined;
  #sentAtMs = Number.NEGATIVE_INFINITY;
  #isFlushing = false;
  #wake: (() => void) | undefined;
  #onRoom: (() => void) | undefined;
  #characters = 0;

  constructor(options: DeltaPublisherOptions) {
    this.#options = options;
  }

  /** All characters that came so far, reasoning and arguments included. */
  get characters(): number {
    return this.#characters;
  }

  get isFull(): boolean {
    return this.#batch.characters >= MAX_WAITING_CHARACTERS;
  }

  text(text: string): void {
    this.#batch.addText(text);
    this.#came(text.length);
  }

  reasoning(text: string, block?: ReasoningBlock): void {
    this.#batch.addReasoning(text, block);
    this.#came(text.length);
  }

  toolCall(index: number, piece: ToolCallPiece): void {
    this.#batch.addToolCall(index, piece);
    this.#came(piece.argumentsDelta?.length ?? 0);
  }

  /** Resolves when there is room again, or nothing will ever be taken any more. */
  drained(): Promise<void> {
    if (!this.isFull || this.#options.stop.reason !== undefined) return Promise.resolve();
    return new Promise((resolve) => {
      this.#onRoom = resolve;
    });
  }

  /** Puts what waits into the log without pause. */
  async flush(): Promise<void> {
    this.#isFlushing = true;
    this.#wake?.();
    await this.#pump;
  }

  /**
   * Before a completed answer is closed: an attempt that said nothing replaces the text of an earlier one too. False when
   * the log did not take it.
   */
  async dropStaleText(): Promise<boolean> {
    return !this.#isStaleTextShown || this.#appendReset();
  }

  /** Text of an attempt that broke off is replaced, not continued. */
  get #isStaleTextShown(): boolean {
    const { writer, attempt } = this.#options;
    return writer.fold.hasShownText && writer.fold.shownAttempt !== attempt;
  }

  #came(characters: number): void {
    const { writer, now, onFirst } = this.#options;
    if (this.#characters === 0) {
      writer.fold.noteFirstToken(now());
      onFirst?.();
    }
    this.#characters += characters;
    this.#pump ??= this.#publish();
  }

  async #publish(): Promise<void> {
    const { attempt, stop } = this.#options;
    while (!this.#batch.isEmpty && !isDead(stop)) {
      await this.#pace();
      if (isDead(stop)) break;
      if (this.#isStaleTextShown && !(await this.#appendReset())) break;
      if (!(await this.#append({ type: 'delta', attempt, parts: this.#batch.take() }))) break;
      if (!this.isFull) this.#onRoom?.();
    }
    this.#pump = undefined;
    this.#onRoom?.();
  }

  #appendReset(): Promise<boolean> {
    return this.#append({ type: 'reset', attempt: this.#options.attempt, keepTo: 0 });
  }

  async #append(entry: Parameters<JobWriter['append']>[0]): Promise<boolean> {
    const { writer, stop } = this.#options;
    this.#sentAtMs = performance.now();
    const { kind } = await writer.append(entry);
    if (kind === 'fenced') stop.stop('lost');
    if (kind === 'unavailable') stop.stop('log-away');
    return kind === 'stored';
  }

  async #pace(): Promise<void> {
    const waitMs = this.#sentAtMs + this.#options.pacer.paceMs - performance.now();
    if (waitMs < 1 || this.#isFlushing) return;
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, waitMs);
      this.#wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
    this.#wake = undefined;
  }
}

/** After these nothing more may, or can, be appended; after a cancel or a deadline what came is still shown. */
function isDead(stop: StopSignal): boolean {
  return stop.reason === 'lost' || stop.reason === 'log-away';
}
