import type { JobRequest } from '../../../contracts/http/job-request.ts';
import type { ProviderCall } from '../../../ports/provider.ts';
import {
  type ChatDialect,
  COMPATIBLE_REQUESTS,
  toChatRequest,
} from '../openai-compatible/request.ts';
import { toReasonedMessages } from './messages.ts';
import { planThinking } from './thinking.ts';

/** For conversations whose reasoning must be repeated. */
const REPEATING_REQUESTS: ChatDialect = { ...COMPATIBLE_REQUESTS, toMessages: toReasonedMessages };

/** The body of DeepSeek's `POST /chat/completions`. */
export function toDeepseekRequest(call: ProviderCall): Record<string, unknown> {
  const request = withJsonAsked(call.request);
  const { thinking, effort, isRepeated } = planThinking(request);
  return {
    ...toChatRequest({ ...call, request }, isRepeated ? REPEATING_REQUESTS : COMPATIBLE_REQUESTS),
    thinking,
    reasoning_effort: effort,
  };
}

/**
 * There is only `json_object`, and it is refused where the prompt does not speak of JSON. A schema that is not strict
 * goes along as words, as DeepSeek documents it: nothing but the model holds the answer to it.
 */
function withJsonAsked(request: JobRequest): JobRequest {
  const format = request.responseFormat;
  if (format === undefined || format.type === 'text') return request;
  const wanted =
    format.type === 'json'
      ? '.'
      : ` that matches this JSON schema: ${JSON.stringify(format.schema)}`;
  return {
    ...request,
    messages: [
      { role: 'system', content: `Answer with one JSON object${wanted}` },
      ...request.messages,
    ],
    responseFormat: { type: 'json' },
  };
}
