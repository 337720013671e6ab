import OpenAI from 'openai';
import { z } from 'zod';

const detailSchema = z.looseObject({
  index: z.number().optional(),
  text: z.string().optional(),
  signature: z.string().optional(),
  data: z.string().optional(),
});

/** What the stock SDK passes on but does not know. */
const reasoningSchema = z.looseObject({
  reasoning_content: z.string().nullish(),
  reasoning_details: z.array(detailSchema).nullish(),
});

type Detail = z.infer<typeof detailSchema>;
type ToolCall = OpenAI.ChatCompletionMessageFunctionToolCall;

/** An answer, however it came. */
export interface CollectedChat {
  /** To be sent back as it is. */
  readonly message: OpenAI.ChatCompletionAssistantMessageParam;
  readonly text: string;
  readonly reasoning: string;
  readonly details: readonly Detail[];
  readonly toolCalls: readonly ToolCall[];
  readonly finishReason: string;
  readonly usages: readonly OpenAI.CompletionUsage[];
  readonly isUsageLast: boolean;
}

type Request = Omit<OpenAI.ChatCompletionCreateParamsNonStreaming, 'stream'>;

/** Asks in one piece or as a stream; for a stream usage is asked for, too. */
export async function askChat(
  openai: OpenAI,
  request: Request,
  stream: boolean,
): Promise<CollectedChat> {
  if (!stream) return collectWhole(await openai.chat.completions.create(request));
  return collectStream(
    await openai.chat.completions.create({
      ...request,
      stream: true,
      stream_options: { include_usage: true },
    }),
  );
}

/** The error that a request ends with; throws when it is answered. */
export async function failureOf(
  asked: Promise<unknown>,
): Promise<InstanceType<typeof OpenAI.APIError>> {
  const error = await asked.then(() => undefined).catch((caught: unknown) => caught);
  if (error instanceof OpenAI.APIError) return error;
  throw new Error('the request was not refused', { cause: error });
}

function collectWhole(completion: OpenAI.ChatCompletion): CollectedChat {
  const [choice] = completion.choices;
  if (choice === undefined) throw new Error('the completion has no choice');
  const { message } = choice;
  const extra = reasoningSchema.parse(message);
  return {
    message,
    text: message.content ?? '',
    reasoning: extra.reasoning_content ?? '',
    details: extra.reasoning_details ?? [],
    toolCalls: (message.tool_calls ?? []).filter((call) => call.type === 'function'),
    finishReason: choice.finish_reason,
    usages: completion.usage === undefined ? [] : [completion.usage],
    isUsageLast: true,
  };
}

/** As a client of OpenRouter's convention joins them: pieces of one index are one detail. */
async function collectStream(
  stream: AsyncIterable<OpenAI.ChatCompletionChunk>,
): Promise<CollectedChat> {
  const pieces = new Pieces();
  for await (const chunk of stream) pieces.take(chunk);
  return pieces.collected();
}

class Pieces {
  #text = '';
  #reasoning = '';
  #finishReason = '';
  #isUsageLast = false;
  readonly #usages: OpenAI.CompletionUsage[] = [];
  readonly #details = new Map<number, Detail>();
  readonly #calls = new Map<number, ToolCall>();

  take({ choices: [choice], usage }: OpenAI.ChatCompletionChunk): void {
    const hasUsage = typeof usage === 'object' && usage !== null;
    this.#isUsageLast = hasUsage && choice === undefined;
    if (hasUsage) this.#usages.push(usage);
    if (choice === undefined) return;
    this.#text += choice.delta.content ?? '';
    this.#finishReason = choice.finish_reason ?? this.#finishReason;
    this.#takeReasoning(reasoningSchema.parse(choice.delta));
    for (const piece of choice.delta.tool_calls ?? [])
      this.#calls.set(piece.index, joinCalls(this.#calls.get(piece.index), piece));
  }

  #takeReasoning(delta: z.infer<typeof reasoningSchema>): void {
    this.#reasoning += delta.reasoning_content ?? '';
    for (const piece of delta.reasoning_details ?? []) {
      const index = piece.index ?? 0;
      this.#details.set(index, joinDetails(this.#details.get(index), piece));
    }
  }

  collected(): CollectedChat {
    const text = this.#text;
    const reasoning = this.#reasoning;
    const details = [...this.#details.values()];
    const toolCalls = [...this.#calls.values()];
    return {
      message: {
        role: 'assistant',
        content: text === '' ? null : text,
        ...(reasoning === '' ? {} : { reasoning_content: reasoning }),
        ...(details.length === 0 ? {} : { reasoning_details: details }),
        ...(toolCalls.length === 0 ? {} : { tool_calls: toolCalls }),
      },
      text,
      reasoning,
      details,
      toolCalls,
      finishReason: this.#finishReason,
      usages: this.#usages,
      isUsageLast: this.#isUsageLast,
    };
  }
}

function joinDetails(known: Detail | undefined, piece: Detail): Detail {
  if (known === undefined) return piece;
  const joined: Detail = { ...known, ...piece };
  for (const field of ['text', 'signature', 'data'] as const) {
    const text = (known[field] ?? '') + (piece[field] ?? '');
    if (text !== '') joined[field] = text;
  }
  return joined;
}

function joinCalls(
  known: ToolCall | undefined,
  piece: OpenAI.ChatCompletionChunk.Choice.Delta.ToolCall,
): ToolCall {
  return {
    id: known?.id ?? piece.id ?? '',
    type: 'function',
    function: {
      name: known?.function.name ?? piece.function?.name ?? '',
      arguments: (known?.function.arguments ?? '') + (piece.function?.arguments ?? ''),
    },
  };
}
