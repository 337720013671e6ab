import type { AnswerSink, CallOutcome } from '../../../ports/provider.ts';
import { GenerateStream } from './stream.ts';

/**
 * Reads a whole reply into the sink: it has the form of one chunk. A list of chunks is what a stream call answers where
 * `alt=sse` got lost on the way.
 */
export function readReply(body: unknown, sink: AnswerSink): CallOutcome {
  const stream = new GenerateStream(sink);
  for (const chunk of Array.isArray(body) ? body : [body]) {
    stream.pushChunk(chunk);
    if (stream.outcome !== undefined) break;
  }
  return stream.end();
}
