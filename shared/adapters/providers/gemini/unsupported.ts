import type { JobRequest } from '../../../contracts/http/job-request.ts';
import { forbidsParallelCalls, imageUrls, stopSequencesOf } from '../http/request-facts.ts';
import { listUnsupported, misplacedImages } from '../http/unsupported.ts';
import { imageTypeOf } from './image-type.ts';

/** Most stop sequences that Gemini takes. */
const MAX_STOP_SEQUENCES = 5;

/** What `generateContent` has no field for, or refuses; the same at Gemini and at Vertex. */
export function unsupportedByGemini(request: JobRequest): string | undefined {
  return listUnsupported({
    ...misplacedImages(request),
    'more than 5 stop sequences': stopSequencesOf(request).length > MAX_STOP_SEQUENCES,
    'one tool call at a time': forbidsParallelCalls(request),
    'images by URL whose name does not end in their type': imageUrls(request, [
      'user',
      'tool',
    ]).some((url) => imageTypeOf(url) === undefined),
  });
}
