import { ANY_OBJECT_SCHEMA, jsonForSchema } from './answer-json.ts';
import { SANDBOX_MARK, writeText } from './answer-text.ts';
import type { TextMode } from './directive.ts';
import type { Pace } from './pace.ts';
import { type Random, randomFrom, randomInteger } from './random.ts';
import {
  type Answer,
  type AnswerToolCall,
  estimateTokens,
  type SandboxRequest,
  type SandboxTool,
} from './wire.ts';

const JSON_PIECE_CHARACTERS = 10;
const MIN_DEFAULT_DELTAS = 40;
const MAX_DEFAULT_DELTAS = 75;

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
  const random = randomFrom(order.seed);
  const tools = order.text === 'oracle' ? [] : chosenTools(order.request, order.prompt);
  if (tools.length > 0) return toolAnswer(tools, order, random);
  if (order.text === 'oracle') return pacedText(oracleWords(order, random), order);
  if (order.request.json !== undefined) return jsonAnswer(order, random);
  const wordCount = deltaCount(order.pace, random) * order.pace.words;
  const isExact = order.pace.deltas !== undefined;
  return pacedText(writeText({ prompt: order.prompt, random, wordCount, isExact }), order);
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

function toolAnswer(tools: readonly SandboxTool[], order: AnswerOrder, random: Random): Answer {
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

function jsonAnswer(order: AnswerOrder, random: Random): Answer {
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

function pacedText(words: readonly string[], order: AnswerOrder): Answer {
  const limit = order.request.maxTokens ?? words.length;
  const kept = words.slice(0, limit);
  const pieces: string[] = [];
  for (let from = 0; from < kept.length; from += order.pace.words) {
    pieces.push(kept.slice(from, from + order.pace.words).join(''));
  }
  return {
    kind: 'text',
    pieces,
    finish: kept.length < words.length ? 'length' : 'stop',
    outputTokens: kept.length,
  };
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
