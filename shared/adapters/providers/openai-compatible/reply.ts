import type { AnswerSink, CallOutcome } from '../../../ports/provider.ts';
import { failed, protocolFailure, truncated } from '../http/failure.ts';
import { isRecord, readRecords, readText } from '../http/json.ts';
import { type AnswerDialect, CHAT_ANSWERS, failureOfFinish } from './answer-dialect.ts';
import { readFinishReason } from './finish-reason.ts';
import { ToolCalls } from './tool-calls.ts';
import { readChoice, readErrorObject } from './wire.ts';

/** Reads a whole chat completion into the sink. */
export function readReply(
  body: unknown,
  sink: AnswerSink,
  answers: AnswerDialect = CHAT_ANSWERS,
): CallOutcome {
  if (readErrorObject(body) !== undefined) {
    return failed(answers.readFailure({ status: 200, body }));
  }
  const reading = isRecord(body) ? readChoice(body, 'message') : undefined;
  if (!isRecord(body) || reading === undefined) return protocolFailure('the answer has no choice');
  // A filtered answer may lack its message (Azure).
  const { choice, content } = reading;
  const usage = answers.readUsage(body);
  const reasoning = answers.readReasoning(content);
  if (reasoning !== undefined) sink.reasoning(reasoning);
  const text = answers.readText(content);
  if (text !== undefined) sink.text(text);
  const toolCalls = new ToolCalls(sink);
  for (const entry of readRecords(content, 'tool_calls')) {
    if (!toolCalls.push(entry)) return protocolFailure('the answer has too many tool calls', usage);
  }
  const word = readText(choice, 'finish_reason');
  if (word === undefined) return truncated(usage);
  const failure = failureOfFinish(word, answers);
  if (failure !== undefined) return failed(failure, usage);
  return {
    kind: 'completed',
    finishReason: readFinishReason({
      word,
      hasToolCalls: toolCalls.count > 0,
      hasRefusal: readText(content, 'refusal') !== undefined,
    }),
    usage,
    responseModel: readText(body, 'model'),
  };
}
