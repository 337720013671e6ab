import type { Failure } from '../../../core/failure.ts';
import type { Usage } from '../../../core/usage.ts';
import type { ExpectedResult } from './recorded-exchanges.ts';

/** What came of an exchange, in the words of the expected files, so that two can be compared as a whole. */
export interface ExchangeResult {
  readonly text: string;
  readonly reasoning: string;
  readonly toolCalls: readonly { readonly name: string; readonly arguments: unknown }[];
  readonly finishReason: string;
  /** Only the figures that the recording carries. */
  readonly usage: Readonly<Record<string, number>>;
  readonly error: { readonly class: string; readonly retryable: boolean } | null;
}

/** An answer as ours tells it. */
export interface ToldAnswer {
  readonly text: string;
  readonly reasoning: string;
  readonly toolCalls: readonly { readonly name: string; readonly argumentsText: string }[];
  readonly finishReason: string;
  readonly usage: Usage | undefined;
  readonly failure: Failure | undefined;
}

/** Our answer, held to the figures that the recording carries. Throws on arguments that are no JSON. */
export function toldResult(told: ToldAnswer, expected: ExpectedResult): ExchangeResult {
  const { text, reasoning, finishReason, failure } = told;
  return {
    text,
    reasoning,
    toolCalls: told.toolCalls.map(({ name, argumentsText }) => ({
      name,
      arguments: argumentsText === '' ? {} : parseArguments(argumentsText),
    })),
    finishReason,
    usage: failure === undefined ? carriedFigures(figuresOf(told.usage), expected) : {},
    error: failure === undefined ? null : { class: failure.class, retryable: failure.retryable },
  };
}

/** What the expected file demands. */
export function expectedResult(expected: ExpectedResult): ExchangeResult {
  return {
    text: expected.text ?? '',
    reasoning: expected.reasoning ?? '',
    toolCalls: expected.tool_calls.map(({ name, arguments: args }) => ({ name, arguments: args })),
    finishReason: expected.finish_reason,
    usage: expected.error === null ? carriedFigures(expected.usage ?? {}, expected) : {},
    error: expected.error,
  };
}

function parseArguments(text: string): unknown {
  return JSON.parse(text);
}

type Figures = Readonly<Record<string, number | null>>;

function figuresOf(usage: Usage | undefined): Figures {
  return {
    input_tokens: usage?.inputTokens ?? null,
    output_tokens: usage?.outputTokens ?? null,
    cached_input_tokens: usage?.cachedInputTokens ?? null,
    reasoning_tokens: usage?.reasoningTokens ?? null,
  };
}

/** The figures that the recording carries; 0 and absent are the same there. */
function carriedFigures(figures: Figures, expected: ExpectedResult): Record<string, number> {
  return Object.fromEntries(
    Object.entries(expected.usage ?? {})
      .filter(([, value]) => value !== null)
      .map(([name]) => [name, figures[name] ?? 0]),
  );
}
