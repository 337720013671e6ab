import type { AnswerSink, CallOutcome } from '../../../ports/provider.ts';
import { OllamaStream } from './stream.ts';

/** Reads a whole answer into the sink: it has the form of the last line of a stream, with all of the text. */
export function readReply(body: unknown, sink: AnswerSink): CallOutcome {
  const stream = new OllamaStream(sink);
  stream.pushLine(body);
  return stream.end();
}
