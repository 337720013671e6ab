import type { JobRequest } from '../../../contracts/http/job-request.ts';
import {
  asksForReasoning,
  forcesToolCall,
  hasReasoningBudget,
  setsSampling,
  stopSequencesOf,
} from '../http/request-facts.ts';
import { listUnsupported, misplacedImages } from '../http/unsupported.ts';
import { isMissingThinking, MIN_BUDGET_TOKENS } from './thinking.ts';

/** Temperatures end here. */
const MAX_TEMPERATURE = 1;

/** What the messages API has no field for, or refuses. */
export function unsupportedByAnthropic(request: JobRequest): string | undefined {
  const { temperature = 1, topP = 1 } = request;
  const isReasoning = asksForReasoning(request);
  return listUnsupported({
    ...misplacedImages(request),
    seed: request.seed !== undefined,
    'stop sequences of white space alone': stopSequencesOf(request).some(
      (stop) => stop.trim() === '',
    ),
    'a temperature above 1': temperature > MAX_TEMPERATURE,
    // Current models take one of the two. 1 is the default of both, and says nothing.
    'a temperature together with top-p': temperature !== 1 && topP !== 1,
    'a temperature or top-p with reasoning': isReasoning && setsSampling(request),
    'a forced tool call with reasoning': isReasoning && forcesToolCall(request),
    ...(hasReasoningBudget(request) ? refusedBudgets(request) : {}),
  });
}

/** The bound of an answer covers its reasoning, and must be larger than the budget. */
function refusedBudgets(request: JobRequest): Readonly<Record<string, boolean>> {
  const { reasoning, maxTokens = Infinity, messages } = request;
  return {
    'a reasoning budget below 1024 tokens': (reasoning?.budgetTokens ?? 0) < MIN_BUDGET_TOKENS,
    'a reasoning budget in an answer of at most 1024 tokens': maxTokens <= MIN_BUDGET_TOKENS,
    'a reasoning budget after tool calls that came without their reasoning details':
      isMissingThinking(messages),
  };
}
