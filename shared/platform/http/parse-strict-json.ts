import { type Problem, problem } from '../../contracts/http/problem.ts';
import { err, ok, type Result } from '../../core/result.ts';

/** Deeper nesting is refused before JSON.parse builds it: stringify and clone overflow the stack on it. */
const MAX_DEPTH = 64;

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const OPEN_BRACE = 0x7b;
const CLOSE_BRACE = 0x7d;
const OPEN_BRACKET = 0x5b;
const CLOSE_BRACKET = 0x5d;
const COMMA = 0x2c;

/**
 * The one door for JSON from outside: fatal UTF-8, bounded depth, no key twice in an object (JSON.parse keeps the last,
 * so a check elsewhere could read the first), no `__proto__`. Then JSON.parse decides.
 */
export function parseStrictJson(bytes: Uint8Array): Result<unknown, Problem> {
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: false }).decode(bytes);
  } catch {
    return err(problem('invalid_json', 'the body is not valid UTF-8'));
  }
  let value: unknown;
  const flaw = findFlaw(text);
  if (flaw === 'depth') return err(problem('too_deep', `at most ${String(MAX_DEPTH)} levels`));
  try {
    value = JSON.parse(text);
  } catch {
    return err(problem('invalid_json', 'the body is not one JSON value'));
  }
  if (flaw === 'duplicate') return err(problem('duplicate_key'));
  if (flaw === 'proto') return err(problem('invalid_request', 'a key is not allowed'));
  return ok(value);
}

type Flaw = 'depth' | 'duplicate' | 'proto';

/** One pass over the text: keys are the strings that stand first in an object or after a comma in one. */
function findFlaw(text: string): Flaw | undefined {
  const nesting = new Nesting();
  for (let index = 0; index < text.length; index += 1) {
    switch (text.charCodeAt(index)) {
      case QUOTE: {
        const end = endOfString(text, index);
        nesting.onString(text.slice(index, end + 1));
        index = end;
        break;
      }
      case OPEN_BRACE:
        nesting.onOpen(new Set());
        break;
      case OPEN_BRACKET:
        nesting.onOpen(undefined);
        break;
      case CLOSE_BRACE:
      case CLOSE_BRACKET:
        nesting.onClose();
        break;
      case COMMA:
        nesting.onComma();
        break;
    }
    if (nesting.flaw === 'depth') return 'depth';
  }
  return nesting.flaw;
}

/** Where in the nesting the scan is, and the keys of the objects around it. */
class Nesting {
  readonly #open: (Set<string> | undefined)[] = [];
  #keys: Set<string> | undefined;
  #expectsKey = false;
  flaw: Flaw | undefined;

  onString(literal: string): void {
    if (!this.#expectsKey || this.#keys === undefined) return;
    this.#expectsKey = false;
    this.flaw ??= checkKey(literal, this.#keys);
  }

  /** `keys` of an object, undefined for an array. */
  onOpen(keys: Set<string> | undefined): void {
    if (this.#open.length >= MAX_DEPTH) this.flaw = 'depth';
    this.#open.push(this.#keys);
    this.#keys = keys;
    this.#expectsKey = keys !== undefined;
  }

  onClose(): void {
    this.#keys = this.#open.pop();
    this.#expectsKey = false;
  }

  onComma(): void {
    this.#expectsKey = this.#keys !== undefined;
  }
}

/** Index of the closing quote of the string that opens at `start`; the text's end when there is none. */
function endOfString(text: string, start: number): number {
  let index = start + 1;
  while (index < text.length) {
    const code = text.charCodeAt(index);
    if (code === QUOTE) return index;
    index += code === BACKSLASH ? 2 : 1;
  }
  return text.length;
}

function checkKey(literal: string, keys: Set<string>): Flaw | undefined {
  let key = literal.slice(1, -1);
  if (literal.includes('\\')) {
    try {
      key = String(JSON.parse(literal));
    } catch {
      // Not a JSON string: JSON.parse of the whole body refuses it too.
      return undefined;
    }
  }
  if (key === '__proto__') return 'proto';
  if (keys.has(key)) return 'duplicate';
  keys.add(key);
  return undefined;
}
