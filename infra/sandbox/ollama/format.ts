import { z } from 'zod';
import { FrameList } from '../frame-list.ts';
import {
  type Answer,
  type AnswerLabel,
  billedTokens,
  type ErrorReply,
  type Frames,
  type SandboxRequest,
  type WireError,
  type WireFormat,
} from '../wire.ts';

/** Made-up durations: a microsecond in nanoseconds. */
const DURATION_NS = 1_000;

const argumentsSchema = z.record(z.string(), z.unknown());

/** Ollama's own API: `POST /ollama/api/chat`. A stream is a JSON document a line. */
export const ollamaFormat: WireFormat = {
  provider: 'ollama',
  streamType: 'application/x-ndjson',
  frames,
  whole,
  error,
  overloadedStatus: 503,
  overloadedEvent: line({
    error: '[sandbox] server busy, please try again.  maximum pending requests exceeded',
  }),
};

function frames(request: SandboxRequest, answer: Answer, label: AnswerLabel): Frames {
  const head = headOf(request, label);
  const list = new FrameList();
  for (const delta of deltasOf(request, answer))
    list.delta(
      line({ ...head, message: { role: 'assistant', content: '', ...delta }, done: false }),
    );
  list.add(
    line({ ...head, message: { role: 'assistant', content: '' }, ...endOf(request, answer) }),
  );
  return list.frames();
}

/** A call comes whole and alone, its arguments as an object. */
function deltasOf(request: SandboxRequest, answer: Answer): Record<string, unknown>[] {
  const shown = request.reasoning === 'shown' ? (answer.reasoning?.pieces ?? []) : [];
  const thoughts = shown.map((thinking) => ({ thinking }));
  if (answer.kind === 'text')
    return [...thoughts, ...answer.pieces.map((content) => ({ content }))];
  return [...thoughts, ...callsOf(answer).map((call) => ({ tool_calls: [call] }))];
}

function callsOf(answer: Answer): unknown[] {
  if (answer.kind === 'text') return [];
  return answer.calls.map(({ id, name, pieces }, index) => ({
    id,
    function: { index, name, arguments: argumentsSchema.parse(JSON.parse(pieces.join(''))) },
  }));
}

function whole(request: SandboxRequest, answer: Answer, label: AnswerLabel): string {
  const thinking = request.reasoning === 'shown' ? answer.reasoning?.pieces.join('') : undefined;
  const message = {
    role: 'assistant',
    content: answer.kind === 'text' ? answer.pieces.join('') : '',
    thinking,
    tool_calls: answer.kind === 'tools' ? callsOf(answer) : undefined,
  };
  return JSON.stringify({ ...headOf(request, label), message, ...endOf(request, answer) });
}

function headOf(request: SandboxRequest, label: AnswerLabel): Record<string, unknown> {
  return { model: request.model, created_at: new Date(label.createdAt).toISOString() };
}

/** The reason is `stop` also with calls. */
function endOf(request: SandboxRequest, answer: Answer): Record<string, unknown> {
  return {
    done: true,
    done_reason: answer.kind === 'text' ? answer.finish : 'stop',
    total_duration: 3 * DURATION_NS,
    load_duration: DURATION_NS,
    prompt_eval_count: request.inputTokens,
    prompt_eval_duration: DURATION_NS,
    eval_count: billedTokens(answer),
    eval_duration: DURATION_NS,
  };
}

/** No code and no hint, only words. */
function error({ message }: WireError): ErrorReply {
  return { headers: {}, body: JSON.stringify({ error: message }) };
}

function line(document: unknown): string {
  return `${JSON.stringify(document)}\n`;
}
