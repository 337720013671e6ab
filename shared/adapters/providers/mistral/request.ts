import type { ProviderCall } from '../../../ports/provider.ts';
import { effortOf } from '../http/request-facts.ts';
import {
  type ChatDialect,
  COMPATIBLE_REQUESTS,
  toChatRequest,
} from '../openai-compatible/request.ts';
import { toMistralMessages } from './messages.ts';

const MISTRAL_REQUESTS: ChatDialect = { ...COMPATIBLE_REQUESTS, toMessages: toMistralMessages };

/** The parameters of a tool that has none: the field is required. */
const NO_PARAMETERS = { type: 'object', properties: {} };

/** Mistral has a top effort of another name. */
const EFFORTS = {
  none: 'none',
  minimal: 'minimal',
  low: 'low',
  medium: 'medium',
  high: 'high',
  max: 'xhigh',
} as const;

/** The body of Mistral's `POST /chat/completions`: it refuses every field that it does not know. */
export function toMistralRequest(call: ProviderCall): Record<string, unknown> {
  const { request } = call;
  const effort = effortOf(request);
  const tools = request.tools?.map((tool) => ({
    ...tool,
    parameters: tool.parameters ?? NO_PARAMETERS,
  }));
  const body = toChatRequest({ ...call, request: { ...request, tools } }, MISTRAL_REQUESTS);
  return {
    ...body,
    // Usage always comes.
    stream_options: undefined,
    seed: undefined,
    random_seed: request.seed,
    tool_choice: body['tool_choice'] === 'required' ? 'any' : body['tool_choice'],
    reasoning_effort: effort === undefined ? undefined : EFFORTS[effort],
  };
}
