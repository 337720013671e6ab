import type { JobRequest } from '../../../contracts/http/job-request.ts';
import { stopSequencesOf } from '../http/request-facts.ts';
import { listUnsupported, misplacedImages, reasoningBudget } from '../http/unsupported.ts';

/** The API refuses a smaller bound, tokens. */
const MIN_OUTPUT_TOKENS = 16;

/** What the responses API has no field for, or refuses. */
export function unsupportedByResponses(request: JobRequest): string | undefined {
  return listUnsupported({
    ...misplacedImages(request),
    ...reasoningBudget(request),
    'stop sequences': stopSequencesOf(request).length > 0,
    seed: request.seed !== undefined,
    'fewer than 16 output tokens': (request.maxTokens ?? MIN_OUTPUT_TOKENS) < MIN_OUTPUT_TOKENS,
  });
}
