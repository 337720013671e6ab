import type { AnswerSink, CallOutcome } from '../../../ports/provider.ts';
import { GenerationStream } from './stream.ts';

/** Reads a whole reply into the sink: it has the form of one event. */
export function readReply(body: unknown, sink: AnswerSink): CallOutcome {
  const stream = new GenerationStream(sink);
  stream.pushEvent(body);
  return stream.end();
}
