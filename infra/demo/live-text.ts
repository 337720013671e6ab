import { styleText } from 'node:util';
import type { Screen } from './screen.ts';

const INDENT = '  │ ';

/** With the indent a line fits into 100 columns. */
const LINE_CHARACTERS = 92;

/** Lines further up than this may have left the screen: they are not gone back to. */
const MAX_LINES_BACK = 20;

const WORD_OR_BREAK = /\n|[^\S\n]*\S+|[^\S\n]+/g;

/** Prints an answer as it comes, lines cut between words, with notes between; crosses it out when it is withdrawn. */
export class LiveText {
  readonly #screen: Screen;
  /** Lines of the text that stands on the screen; the last one may still grow. */
  #lines: string[] = [];
  #isGrowing = false;
  /** Lines printed below the text since it stopped growing. */
  #linesBelow = 0;

  constructor(screen: Screen) {
    this.#screen = screen;
  }

  add(text: string): void {
    if (!this.#isGrowing) {
      this.#lines = [];
      this.#linesBelow = 0;
      this.#isGrowing = true;
      this.#startLine();
    }
    for (const [piece] of text.matchAll(WORD_OR_BREAK)) this.#addPiece(piece);
  }

  /** A line about the text, below it. */
  note(text: string): void {
    this.end();
    this.#screen.clearMoving();
    this.#screen.line(text);
    this.#linesBelow += 1;
  }

  /** The text grows no more; what is added later begins a new one. */
  end(): void {
    if (this.#isGrowing) this.#screen.write('\n');
    this.#isGrowing = false;
  }

  /** Crosses out the text on the screen; without a terminal, or where it is too far up, the notes have to say it. */
  crossOut(): void {
    this.end();
    this.#screen.clearMoving();
    const up = this.#lines.length + this.#linesBelow;
    if (!this.#screen.isTerminal || this.#lines.length === 0 || up > MAX_LINES_BACK) return;
    const crossed = this.#lines.map(
      (line) => `\u001B[K${styleText('dim', INDENT)}${styleText(['dim', 'strikethrough'], line)}\n`,
    );
    const down = this.#linesBelow > 0 ? `\u001B[${String(this.#linesBelow)}B` : '';
    this.#screen.write(`\u001B[${String(up)}A\r${crossed.join('')}${down}`);
  }

  #startLine(): void {
    this.#screen.write(styleText('dim', INDENT));
    this.#lines.push('');
  }

  #addPiece(piece: string): void {
    const line = this.#lines.at(-1) ?? '';
    const isTooLong = line !== '' && line.length + piece.length > LINE_CHARACTERS;
    if (piece === '\n' || isTooLong) {
      this.#screen.write('\n');
      this.#startLine();
    }
    const text = piece === '\n' ? '' : isTooLong ? piece.trimStart() : piece;
    this.#screen.write(text);
    this.#lines[this.#lines.length - 1] = (this.#lines.at(-1) ?? '') + text;
  }
}
