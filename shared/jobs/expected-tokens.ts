import type { JobRequest, Message } from '../contracts/http/job-request.ts';
import { estimateTokens } from '../core/usage.ts';

/** Expected answer where the request gives no smaller bound: the middle of what chat answers take. */
const TYPICAL_OUTPUT_TOKENS = 400;

/** What an image costs, roughly; providers differ from 85 to 2,500. Its bytes say nothing of that. */
const TOKENS_PER_IMAGE = 1_000;

/** Tokens of a request before it is sent, estimated from the characters of its texts and tools and from its images. */
export function estimateInputTokens(request: JobRequest): number {
  let characters = JSON.stringify(request.tools ?? '').length;
  let images = 0;
  for (const message of request.messages) {
    for (const part of partsOf(message)) {
      if (part.type === 'text') characters += part.text.length;
      else images += 1;
    }
  }
  return estimateTokens(characters) + images * TOKENS_PER_IMAGE;
}

/** What an answer is likely to take: never more than the request allows. */
export function expectedOutputTokens({ maxTokens = TYPICAL_OUTPUT_TOKENS }: JobRequest): number {
  return Math.min(maxTokens, TYPICAL_OUTPUT_TOKENS);
}

/** What a limit by tokens counts for a request: its input, and all that it allows the answer. */
export function limitTokens(request: JobRequest): number {
  return estimateInputTokens(request) + (request.maxTokens ?? TYPICAL_OUTPUT_TOKENS);
}

function partsOf({ content }: Message) {
  if (content === undefined) return [];
  return typeof content === 'string' ? [{ type: 'text' as const, text: content }] : content;
}
