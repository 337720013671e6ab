import type { Usage } from '../../../core/usage.ts';
import { type JsonRecord, readCount, readRecord } from '../http/json.ts';

/**
 * Usage of a chunk or a body; undefined when it reports none. Gemini leaves out what is 0, counts thoughts beside the
 * candidates and the results of its own tools beside the prompt.
 */
export function readUsage(body: JsonRecord): Usage | undefined {
  const usage = readRecord(body, 'usageMetadata');
  const promptTokens = readCount(usage, 'promptTokenCount');
  if (promptTokens === undefined) return undefined;
  const reasoningTokens = readCount(usage, 'thoughtsTokenCount');
  return {
    inputTokens: promptTokens + (readCount(usage, 'toolUsePromptTokenCount') ?? 0),
    cachedInputTokens: readCount(usage, 'cachedContentTokenCount'),
    outputTokens: (readCount(usage, 'candidatesTokenCount') ?? 0) + (reasoningTokens ?? 0),
    reasoningTokens,
  };
}
