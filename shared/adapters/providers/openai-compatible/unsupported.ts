import type { JobRequest } from '../../../contracts/http/job-request.ts';
import { stopSequencesOf } from '../http/request-facts.ts';
import { listUnsupported, misplacedImages, reasoningBudget } from '../http/unsupported.ts';

/** Most stop sequences that OpenAI takes. */
const MAX_STOP_SEQUENCES = 4;

/** What OpenAI's chat completions have no field for. */
export function unsupportedByOpenai(request: JobRequest): string | undefined {
  return listUnsupported({
    ...misplacedImages(request),
    ...reasoningBudget(request),
    'more than 4 stop sequences': stopSequencesOf(request).length > MAX_STOP_SEQUENCES,
  });
}

/** What the format has no field for. What a server behind it does not know, it says itself. */
export function unsupportedByCompatible(request: JobRequest): string | undefined {
  return listUnsupported({ ...misplacedImages(request), ...reasoningBudget(request) });
}
