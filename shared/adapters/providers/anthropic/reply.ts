import type { ReasoningBlock } from '../../../contracts/reasoning-detail.ts';
import type { AnswerSink, CallOutcome } from '../../../ports/provider.ts';
import { failed, protocolFailure, truncated } from '../http/failure.ts';
import {
  isRecord,
  type JsonRecord,
  readRecord,
  readRecords,
  readString,
  readText,
} from '../http/json.ts';
import { readFailure } from './failure.ts';
import { readFinishReason } from './finish-reason.ts';
import { thinkingPlace } from './thinking-blocks.ts';
import { addUsage, toUsage } from './usage.ts';
import { readErrorObject } from './wire.ts';

/** Reads a whole message into the sink. */
export function readReply(body: unknown, sink: AnswerSink): CallOutcome {
  if (readErrorObject(body) !== undefined) return failed(readFailure({ status: 200, body }));
  if (!isRecord(body) || !Array.isArray(body['content'])) {
    return protocolFailure('the answer has no content');
  }
  const usage = toUsage(addUsage({}, readRecord(body, 'usage')));
  const toolCallCount = readBlocks(readRecords(body, 'content'), sink);
  const stopReason = readText(body, 'stop_reason');
  if (stopReason === undefined) return truncated(usage);
  return {
    kind: 'completed',
    finishReason: readFinishReason(stopReason, toolCallCount > 0),
    usage,
    responseModel: readText(body, 'model'),
  };
}

/** The number of tool calls among the blocks. */
function readBlocks(blocks: readonly JsonRecord[], sink: AnswerSink): number {
  let toolCallCount = 0;
  let thinkingCount = 0;
  for (const block of blocks) {
    switch (readString(block, 'type') ?? '') {
      case 'tool_use':
        sink.toolCall(toolCallCount, {
          id: readText(block, 'id'),
          name: readText(block, 'name'),
          argumentsDelta: JSON.stringify(block['input'] ?? {}),
        });
        toolCallCount += 1;
        break;
      case 'thinking':
      case 'redacted_thinking':
        readThinking(block, thinkingPlace(thinkingCount, toolCallCount), sink);
        thinkingCount += 1;
        break;
      default: {
        const text = readText(block, 'text');
        if (text !== undefined) sink.text(text);
      }
    }
  }
  return toolCallCount;
}

function readThinking(block: JsonRecord, place: ReasoningBlock, sink: AnswerSink): void {
  const text = readText(block, 'thinking');
  if (text !== undefined) sink.reasoning(text, place);
  const signature = readText(block, 'signature');
  if (signature !== undefined) sink.reasoning('', { ...place, signature });
  const data = readText(block, 'data');
  if (data !== undefined) sink.reasoning('', { ...place, data });
}
