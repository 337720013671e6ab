import { ANY_OBJECT_SCHEMA, jsonForSchema } from './answer-json.ts';
import { SANDBOX_MARK, writeText } from './answer-text.ts';
import type { TextMode } from './directive.ts';
import type { Pace } from './pace.ts';
import { promptHash, type Random, randomFrom, randomInteger } from './random.ts';
import {
  type Answer,
  type AnswerReasoning,
  type AnswerToolCall,
  estimateTokens,
  type PlainAnswer,
  type SandboxRequest,
  type SandboxTool,
} from './wire.ts';

const JSON_PIECE_CHARACTERS = 10;
const MIN_DEFAULT_DELTAS = 40;
const MAX_DEFAULT_DELTAS = 75;
const REASONING_WORDS = 16;
const REASONING_WORDS_A_PIECE = 3;

export interface AnswerOrder {
  readonly request: SandboxRequest;
  /** The prompt without directives, or as much of its beginning as is worth reading. */
  readonly prompt: string;
  /** See `promptHash`. */
  readonly seed: string;
  readonly pace: Pace;
  readonly text: TextMode;
  /** Number of the call; part of oracle texts and of tool call ids. */
  readonly callNumber: number;
}

/** Decides what kind of answer a request gets and writes it: the same prompt always gets the same text. */
export function composeAnswer(order: AnswerOrder): Answer {
  const answer = endedAtStop(plainAnswer(order), order.request.stop);
  return { ...answer, reasoning: reasoningOf(order) };
}

function plainAnswer(order: AnswerOrder): PlainAnswer {
  const random = randomFrom(order.seed);
  const tools = order.text === 'oracle' ? [] : chosenTools(order.request, order.prompt);
  if (tools.length > 0) return toolAnswer(tools, order, random);
  if (order.text === 'oracle') return pacedText(oracleWords(order, random), order);
  if (order.request.json !== undefined) return jsonAnswer(order, random);
  const wordCount = deltaCount(order.pace, random) * order.pace.words;
  const isExact = order.pace.deltas !== undefined;
  return pacedText(writeText({ prompt: order.prompt, random, wordCount, isExact }), order);
}

/** Its own seed: the answer is the same with reasoning and without. */
function reasoningOf(order: AnswerOrder): AnswerReasoning | undefined {
  if (order.request.reasoning === 'none') return undefined;
  const words = writeText({
    prompt: order.prompt,
    random: randomFrom(promptHash(`reasoning ${order.seed}`)),
    wordCount: REASONING_WORDS,
    isExact: true,
  });
  return { pieces: joinWords(words, REASONING_WORDS_A_PIECE), tokens: words.length };
}

/** Up to the first of the texts that end an answer, without it. */
function endedAtStop(answer: PlainAnswer, stops: readonly string[]): PlainAnswer {
  if (answer.kind !== 'text') return answer;
  const whole = answer.pieces.join('');
  const found = stops
    .map((text) => ({ text, at: whole.indexOf(text) }))
    .filter(({ at }) => at >= 0)
    .toSorted((a, b) => a.at - b.at)[0];
  if (found === undefined) return answer;
  const pieces: string[] = [];
  let left = found.at;
  for (const piece of answer.pieces) {
    if (left > 0) pieces.push(piece.slice(0, left));
    left -= piece.length;
  }
  return {
    kind: 'text',
    pieces,
    finish: 'stop',
    stopText: found.text,
    outputTokens: whole.slice(0, found.at).match(/\S+/g)?.length ?? 0,
  };
}

/** Forced tools always; with `auto` those whose name (or a word of it) the prompt mentions, two at most. */
function chosenTools(request: SandboxRequest, prompt: string): readonly SandboxTool[] {
  const { toolChoice, tools } = request;
  if (typeof toolChoice === 'object')
    return tools.filter((tool) => tool.name === toolChoice.name).slice(0, 1);
  if (toolChoice === 'none' || (request.hasToolResults && toolChoice === 'auto')) return [];
  const lower = prompt.toLowerCase();
  const mentioned = tools
    .filter((tool) => mentions(lower, tool.name))
    .slice(0, request.parallelToolCalls ? 2 : 1);
  return toolChoice === 'required' && mentioned.length === 0 ? tools.slice(0, 1) : mentioned;
}

function mentions(lowerPrompt: string, toolName: string): boolean {
  const name = toolName.toLowerCase();
  const words = toolName.split(/[^A-Za-z]+|(?<=[a-z])(?=[A-Z])/).map((word) => word.toLowerCase());
  return (
    lowerPrompt.includes(name) ||
    words.some((word) => word.length > 3 && lowerPrompt.includes(word))
  );
}

function toolAnswer(
  tools: readonly SandboxTool[],
  order: AnswerOrder,
  random: Random,
): PlainAnswer {
  const calls = tools.map((tool, index): AnswerToolCall => {
    const values = jsonForSchema(objectSchema(tool.parameters), {
      prompt: order.prompt,
      random,
      mark: '',
    });
    const text = JSON.stringify(values);
    return {
      id: `call_sandbox${order.callNumber}x${index}`,
      name: tool.name,
      pieces: cut(text, JSON_PIECE_CHARACTERS),
    };
  });
  const texts = calls.flatMap((call) => [call.name, ...call.pieces]);
  return { kind: 'tools', calls, outputTokens: estimateTokens(texts) };
}

/** Arguments are an object, also where a tool gives no schema. */
function objectSchema(parameters: unknown): unknown {
  return typeof parameters === 'object' && parameters !== null
    ? { type: 'object', ...parameters }
    : { type: 'object' };
}

function jsonAnswer(order: AnswerOrder, random: Random): PlainAnswer {
  const source = { prompt: order.prompt, random, mark: SANDBOX_MARK };
  const text = JSON.stringify(
    jsonForSchema(order.request.json?.schema ?? ANY_OBJECT_SCHEMA, source),
  );
  const all = cut(text, JSON_PIECE_CHARACTERS);
  const limit = order.request.maxTokens;
  const kept = limit === undefined ? all : cut(text.slice(0, limit * 4), JSON_PIECE_CHARACTERS);
  const isCut = kept.join('').length < text.length;
  return {
    kind: 'text',
    pieces: kept,
    finish: isCut ? 'length' : 'stop',
    stopText: undefined,
    outputTokens: estimateTokens(kept),
  };
}

/** `<model>.<call>.<n> `: a gap, a repetition or a splice of two calls shows in the text itself. */
function oracleWords(order: AnswerOrder, random: Random): string[] {
  const count = deltaCount(order.pace, random) * order.pace.words;
  return Array.from(
    { length: count },
    (_, index) => `${order.request.model}.${order.callNumber}.${index + 1} `,
  );
}

function pacedText(words: readonly string[], order: AnswerOrder): PlainAnswer {
  const limit = order.request.maxTokens ?? words.length;
  const kept = words.slice(0, limit);
  return {
    kind: 'text',
    pieces: joinWords(kept, order.pace.words),
    finish: kept.length < words.length ? 'length' : 'stop',
    stopText: undefined,
    outputTokens: kept.length,
  };
}

function joinWords(words: readonly string[], wordsAPiece: number): string[] {
  const pieces: string[] = [];
  for (let from = 0; from < words.length; from += wordsAPiece)
    pieces.push(words.slice(from, from + wordsAPiece).join(''));
  return pieces;
}

function deltaCount(pace: Pace, random: Random): number {
  return pace.deltas ?? randomInteger(random, MIN_DEFAULT_DELTAS, MAX_DEFAULT_DELTAS);
}

/** Cuts between code points, so that a piece is never half a character. */
function cut(text: string, size: number): string[] {
  const characters = Array.from(text);
  const pieces: string[] = [];
  for (let from = 0; from < characters.length; from += size)
    pieces.push(characters.slice(from, from + size).join(''));
  return pieces;
}
