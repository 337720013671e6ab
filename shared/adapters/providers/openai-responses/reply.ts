import type { AnswerSink, CallOutcome } from '../../../ports/provider.ts';
import { failed, protocolFailure, truncated } from '../http/failure.ts';
import { isRecord, type JsonRecord, readRecords, readString, readText } from '../http/json.ts';
import { readFailure } from './failure.ts';
import { type OutputReading, readFinishReason } from './finish-reason.ts';
import { type ItemPlace, readReasoningItem } from './reasoning-items.ts';
import { readUsage } from './usage.ts';
import { readErrorObject } from './wire.ts';

/** Reads a whole response into the sink. */
export function readReply(body: unknown, sink: AnswerSink): CallOutcome {
  if (readErrorObject(body) !== undefined) {
    const usage = isRecord(body) ? readUsage(body) : undefined;
    return failed(readFailure({ status: 200, body }), usage);
  }
  if (!isRecord(body) || !Array.isArray(body['output'])) {
    return protocolFailure('the answer has no output');
  }
  const usage = readUsage(body);
  const reading = readOutput(readRecords(body, 'output'), sink);
  const status = readText(body, 'status');
  if (status !== 'completed' && status !== 'incomplete') return truncated(usage);
  return {
    kind: 'completed',
    finishReason: readFinishReason(status, body, reading),
    usage,
    responseModel: readText(body, 'model'),
  };
}

function readOutput(items: readonly JsonRecord[], sink: AnswerSink): OutputReading {
  let toolCallCount = 0;
  let reasoningCount = 0;
  let hasRefusal = false;
  for (const item of items) {
    switch (readString(item, 'type') ?? '') {
      case 'function_call':
        sink.toolCall(toolCallCount, {
          id: readText(item, 'call_id'),
          name: readText(item, 'name'),
          argumentsDelta: readText(item, 'arguments') ?? '{}',
        });
        toolCallCount += 1;
        break;
      case 'reasoning':
        readReasoning(item, { index: reasoningCount, toolCallCount }, sink);
        reasoningCount += 1;
        break;
      case 'message':
        hasRefusal = readMessage(item, sink) || hasRefusal;
        break;
      default:
        break;
    }
  }
  return { hasToolCalls: toolCallCount > 0, hasRefusal };
}

/** Summaries, or the reasoning itself where the weights are open, and what is to be given back of it. */
function readReasoning(item: JsonRecord, place: ItemPlace, sink: AnswerSink): void {
  for (const part of [...readRecords(item, 'summary'), ...readRecords(item, 'content')]) {
    const text = readText(part, 'text');
    if (text !== undefined) sink.reasoning(text);
  }
  const block = readReasoningItem(item, place);
  if (block !== undefined) sink.reasoning('', block);
}

/** Whether the model declined. */
function readMessage(item: JsonRecord, sink: AnswerSink): boolean {
  const parts = readRecords(item, 'content');
  for (const part of parts) {
    const text = readText(part, 'text');
    if (text !== undefined) sink.text(text);
  }
  return parts.some((part) => readText(part, 'refusal') !== undefined);
}
