import type { JobRequest } from '../../../contracts/http/job-request.ts';
import { stopSequencesOf } from '../http/request-facts.ts';
import { listUnsupported, misplacedImages, reasoningBudget } from '../http/unsupported.ts';

/** What the responses API has no field for, or refuses. */
export function unsupportedByResponses(request: JobRequest): string | undefined {
  return listUnsupported({
    ...misplacedImages(request),
    ...reasoningBudget(request),
    'stop sequences': stopSequencesOf(request).length > 0,
    seed: request.seed !== undefined,
  });
}
