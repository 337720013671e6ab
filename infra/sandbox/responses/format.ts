import { openaiError } from '../chat/openai.ts';
import { typedEvent } from '../frame-list.ts';
import {
  type Answer,
  type AnswerLabel,
  billedTokens,
  type Frames,
  type SandboxRequest,
  sandboxErrorMessage,
  type WireFormat,
} from '../wire.ts';
import { EventList } from './event-list.ts';
import { outputItems, type ResponseOptions, writeItem } from './output.ts';

export type { ResponseOptions } from './output.ts';

const OVERLOADED = {
  type: 'service_unavailable_error',
  code: 'server_is_overloaded',
  message: sandboxErrorMessage(503),
  param: null,
};

/** OpenAI's responses: `POST /openai/v1/responses`. */
export const responsesFormat = responsesFormatFor({ isEncrypted: false, isStored: true });

/** As one request wants it. */
export function responsesFormatFor(options: ResponseOptions): WireFormat {
  return {
    provider: 'openai-responses',
    frames: (request, answer, label) => frames({ options, request, answer, label }),
    whole: (request, answer, label) =>
      JSON.stringify(finalResponse({ options, request, answer, label })),
    error: openaiError,
    overloadedStatus: 503,
    overloadedEvent:
      typedEvent({ type: 'error', sequence_number: 0, error: OVERLOADED }) +
      typedEvent({
        type: 'response.failed',
        sequence_number: 1,
        response: { object: 'response', status: 'failed', error: OVERLOADED },
      }),
  };
}

interface Writing {
  readonly options: ResponseOptions;
  readonly request: SandboxRequest;
  readonly answer: Answer;
  readonly label: AnswerLabel;
}

/** The events of the items between those of the whole response. There is no `[DONE]`. */
function frames(writing: Writing): Frames {
  const events = new EventList();
  const begun = { ...responseHead(writing), status: 'in_progress', output: [], usage: null };
  events.add({ type: 'response.created', response: begun });
  events.add({ type: 'response.in_progress', response: begun });
  events.endOpening();
  for (const [index, item] of outputItems(writing).entries()) writeItem(events, item, index);
  const final = finalResponse(writing);
  events.add({ type: `response.${final.status}`, response: final });
  return events.frames();
}

function finalResponse(writing: Writing) {
  const { request, answer } = writing;
  const isCut = answer.kind === 'text' && answer.finish === 'length';
  const output = billedTokens(answer);
  return {
    ...responseHead(writing),
    status: isCut ? 'incomplete' : 'completed',
    incomplete_details: isCut ? { reason: 'max_output_tokens' } : null,
    output: outputItems(writing).map((item) => item.whole),
    usage: {
      input_tokens: request.inputTokens,
      input_tokens_details: { cache_write_tokens: 0, cached_tokens: 0 },
      output_tokens: output,
      output_tokens_details: { reasoning_tokens: answer.reasoning?.tokens ?? 0 },
      total_tokens: request.inputTokens + output,
    },
  };
}

function responseHead({ options, request, label }: Writing) {
  return {
    id: `resp_${label.id}`,
    object: 'response',
    created_at: Math.floor(label.createdAt / 1_000),
    background: false,
    error: null,
    incomplete_details: null,
    model: request.model,
    parallel_tool_calls: request.parallelToolCalls,
    previous_response_id: null,
    service_tier: 'default',
    store: options.isStored,
    metadata: {},
  };
}
