import type { JobRequest } from '../../../contracts/http/job-request.ts';
import { hasReasoningBudget, imageUrls } from './request-facts.ts';

/**
 * What a provider cannot do for a request, in words for the client; undefined when it can do all of it. What it can do
 * in another way (an effort under another name, images of a tool's result in a message of their own) is not named.
 */
export type Unsupported = (request: JobRequest) => string | undefined;

/** Joins the words whose wish the request has. */
export function listUnsupported(wishes: Readonly<Record<string, boolean>>): string | undefined {
  const words = Object.entries(wishes).flatMap(([word, isWished]) => (isWished ? [word] : []));
  return words.length > 0 ? words.join(', ') : undefined;
}

/** Images are taken from users and tools only, by every provider. */
export function misplacedImages(request: JobRequest): Readonly<Record<string, boolean>> {
  return {
    'images in system messages': imageUrls(request, ['system']).length > 0,
    'images in assistant messages': imageUrls(request, ['assistant']).length > 0,
  };
}

/** Reasoning that is bounded in tokens, for providers that know efforts only. */
export function reasoningBudget(request: JobRequest): Readonly<Record<string, boolean>> {
  return { 'a reasoning budget': hasReasoningBudget(request) };
}
