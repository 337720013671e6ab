import type { Usage } from '../../../core/usage.ts';
import { type JsonRecord, readCount } from '../http/json.ts';

/**
 * Usage of the last line; undefined when it reports none. What Ollama counts as input is what it had to evaluate, so a
 * prompt that was cached whole has no figure, which is 0.
 */
export function readUsage(line: JsonRecord): Usage | undefined {
  const outputTokens = readCount(line, 'eval_count');
  if (outputTokens === undefined) return undefined;
  return { inputTokens: readCount(line, 'prompt_eval_count') ?? 0, outputTokens };
}
