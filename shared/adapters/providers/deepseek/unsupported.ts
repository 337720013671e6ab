import type { JobRequest } from '../../../contracts/http/job-request.ts';
import {
  asksForReasoning,
  forbidsParallelCalls,
  imageUrls,
  setsSampling,
} from '../http/request-facts.ts';
import { listUnsupported, reasoningBudget } from '../http/unsupported.ts';
import { isMissingReasoning } from './thinking.ts';

/**
 * What DeepSeek's API does not know. It passes over fields that it does not know, so a request with one of them would
 * be answered as if it were not there.
 */
export function unsupportedByDeepseek(request: JobRequest): string | undefined {
  const format = request.responseFormat;
  return listUnsupported({
    images: imageUrls(request, ['system', 'user', 'assistant', 'tool']).length > 0,
    ...reasoningBudget(request),
    seed: request.seed !== undefined,
    'one tool call at a time': forbidsParallelCalls(request),
    // A schema goes along as words, to which nothing but the model holds the answer.
    'a strict JSON schema': format?.type === 'json_schema' && format.strict === true,
    // Both are taken and ignored while the model thinks.
    'a temperature or top-p with reasoning': asksForReasoning(request) && setsSampling(request),
    'reasoning after tool calls that came without their reasoning':
      asksForReasoning(request) && isMissingReasoning(request),
  });
}
