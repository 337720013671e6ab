import type { JobRequest } from '../../../contracts/http/job-request.ts';
import { parseDataUrl } from '../http/content.ts';
import {
  forbidsParallelCalls,
  forcesToolCall,
  hasStrictTools,
  imageUrls,
} from '../http/request-facts.ts';
import { listUnsupported, misplacedImages, reasoningBudget } from '../http/unsupported.ts';

/** What Ollama's native API has no field for. It fetches no images: they must come as base64. */
export function unsupportedByOllama(request: JobRequest): string | undefined {
  return listUnsupported({
    ...misplacedImages(request),
    ...reasoningBudget(request),
    'images by URL': imageUrls(request, ['user', 'tool']).some(
      (url) => parseDataUrl(url) === undefined,
    ),
    'a forced tool call': forcesToolCall(request),
    'one tool call at a time': forbidsParallelCalls(request),
    'strict tools': hasStrictTools(request),
  });
}
