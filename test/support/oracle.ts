export interface OracleOrder {
  /** Number of tokens; one token a delta. */
  readonly deltas: number;
  readonly ttftMs?: number;
  readonly gapMs?: number;
  /** Names the calls of this prompt in the sandbox's record. */
  readonly tag: string;
  /** More directive blocks, for example `{{sandbox fault=reset at=7 times=1}}`. */
  readonly more?: string;
}

/** A prompt that the sandbox answers with numbered tokens: a gap, a repetition or a splice of two calls shows. */
export function oraclePrompt({
  deltas,
  ttftMs = 1,
  gapMs = 1,
  tag,
  more = '',
}: OracleOrder): string {
  const pace = `ttft=${String(ttftMs)} gap=${String(gapMs)} deltas=${String(deltas)} words=1`;
  return `{{sandbox ${pace} text=oracle tag=${tag}}} ${more}`;
}

export interface OracleText {
  readonly model: string;
  /** Number of the sandbox's call. */
  readonly call: number;
  /** Tokens, from the first on, without a gap. */
  readonly tokens: number;
}

const TOKEN = /^(\S+)\.(\d+)\.(\d+) /;

/** Reads a text that must be the beginning of one call's answer, to the letter; throws with the place where it is not. */
export function readOracle(text: string): OracleText {
  const first = TOKEN.exec(text);
  if (first === null) throw new Error(`no oracle token at the start: ${text.slice(0, 80)}`);
  const [, model = '', call = ''] = first;
  let rest = text;
  let tokens = 0;
  while (rest !== '') {
    const expected = `${model}.${call}.${String(tokens + 1)} `;
    if (!rest.startsWith(expected)) {
      throw new Error(`after ${String(tokens)} tokens: ${rest.slice(0, 80)}, expected ${expected}`);
    }
    rest = rest.slice(expected.length);
    tokens += 1;
  }
  return { model, call: Number(call), tokens };
}

/** What the sandbox sent in a call that it answered whole. */
export function oracleText(
  call: { readonly model: string; readonly number: number },
  deltas: number,
) {
  const tokens = Array.from(
    { length: deltas },
    (_, index) => `${call.model}.${String(call.number)}.${String(index + 1)} `,
  );
  return tokens.join('');
}
