import type { WriteStream } from 'node:tty';
import { styleText } from 'node:util';
import { progressBar } from './progress-bar.ts';

const CLEAR_LINE = '\r\u001B[K';

/** Without a terminal, progress is told in so many steps, a line each. */
const PLAIN_STEPS = 4;

/** Prints for people: with a line that moves on a terminal, with plain lines where the output goes elsewhere. */
export class Screen {
  readonly isTerminal: boolean;
  readonly #out: Pick<WriteStream, 'write'>;
  #hasMovingLine = false;
  #lastStep = -1;
  #movingText = '';

  constructor(out: Pick<WriteStream, 'write'> & { readonly isTTY?: boolean }) {
    this.#out = out;
    this.isTerminal = out.isTTY === true;
  }

  heading(text: string): void {
    this.line();
    this.line(styleText('bold', text));
  }

  line(text = ''): void {
    if (this.#hasMovingLine) this.#out.write('\n');
    this.#hasMovingLine = false;
    this.#out.write(`${text}\n`);
  }

  /** As it is, without an end of line. */
  write(text: string): void {
    this.#out.write(text);
  }

  /** A bar that fills; `note` stands behind it. Call it again for every change. */
  progress(done: number, total: number, note: string): void {
    const text = `  ${progressBar(done, total)} ${note}`;
    if (this.isTerminal) {
      this.moving(text);
      return;
    }
    const step = Math.floor((done / total) * PLAIN_STEPS);
    if (step === this.#lastStep) return;
    this.#lastStep = step;
    this.line(text);
  }

  /** A line that the next one like it replaces; nothing where there is no terminal. */
  moving(text: string): void {
    if (!this.isTerminal || (this.#hasMovingLine && text === this.#movingText)) return;
    this.#out.write(`${CLEAR_LINE}${text}`);
    this.#hasMovingLine = true;
    this.#movingText = text;
  }

  /** Takes the moving line away. */
  clearMoving(): void {
    if (this.#hasMovingLine) this.#out.write(CLEAR_LINE);
    this.#hasMovingLine = false;
  }
}
