import type { JobRequest } from '../../../contracts/http/job-request.ts';
import { listUnsupported, misplacedImages, reasoningBudget } from '../http/unsupported.ts';

/** Temperatures end here. */
const MAX_TEMPERATURE = 1.5;

/** What Mistral's chat completions have no field for, or refuse. */
export function unsupportedByMistral(request: JobRequest): string | undefined {
  return listUnsupported({
    ...misplacedImages(request),
    ...reasoningBudget(request),
    'a temperature above 1.5': (request.temperature ?? 0) > MAX_TEMPERATURE,
  });
}
