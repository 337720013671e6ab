import type { AnswerSink, CallOutcome } from '../../../ports/provider.ts';
import { failed, protocolFailure, truncated } from '../http/failure.ts';
import { isRecord, readRecords, readText } from '../http/json.ts';
import { readFailure } from './failure.ts';
import { readFinishReason } from './finish-reason.ts';
import { ToolCalls } from './tool-calls.ts';
import { readUsage } from './usage.ts';
import { readChoice, readErrorObject, readReasoning } from './wire.ts';

/** Reads a whole chat completion into the sink. */
export function readReply(body: unknown, sink: AnswerSink): CallOutcome {
  if (readErrorObject(body) !== undefined) return failed(readFailure({ status: 200, body }));
  const reading = isRecord(body) ? readChoice(body, 'message') : undefined;
  if (!isRecord(body) || reading === undefined) return protocolFailure('the answer has no choice');
  // A filtered answer may lack its message (Azure).
  const { choice, content } = reading;
  const usage = readUsage(body);
  const reasoning = readReasoning(content);
  if (reasoning !== undefined) sink.reasoning(reasoning);
  const text = readText(content, 'content');
  if (text !== undefined) sink.text(text);
  const toolCalls = new ToolCalls(sink);
  for (const entry of readRecords(content, 'tool_calls')) {
    if (!toolCalls.push(entry)) return protocolFailure('the answer has too many tool calls', usage);
  }
  const word = readText(choice, 'finish_reason');
  if (word === undefined) return truncated(usage);
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
