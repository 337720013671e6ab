import { FrameList } from '../frame-list.ts';
import { promptHash } from '../random.ts';
import {
  type Answer,
  type AnswerLabel,
  type AnswerToolCall,
  billedTokens,
  type ErrorReply,
  type Frames,
  type SandboxRequest,
  sandboxErrorMessage,
  type WireError,
  type WireFormat,
} from '../wire.ts';

export interface DashscopeOptions {
  /** Each event brings only what is new; otherwise all that came before it, too. */
  readonly isIncremental: boolean;
  /** Content is a list of parts, as on the multimodal path. */
  readonly hasParts: boolean;
  /** The answer stands in `choices`; otherwise as text in `output` itself. */
  readonly hasChoices: boolean;
}

/** Alibaba's own API: `POST /dashscope/api/v1/services/aigc/{text,multimodal}-generation/generation`. */
export const dashscopeFormat = dashscopeFormatFor({
  isIncremental: false,
  hasParts: false,
  hasChoices: true,
});

/** As one request wants it. */
export function dashscopeFormatFor(options: DashscopeOptions): WireFormat {
  return {
    provider: 'dashscope',
    streamType: 'text/event-stream;charset=UTF-8',
    frames: (request, answer, label) => frames({ options, request, answer, label }),
    whole: (request, answer, label) => whole({ options, request, answer, label }),
    error,
    overloadedStatus: 503,
    overloadedEvent: `event:error\n:HTTP_STATUS/503\ndata:${JSON.stringify(errorBody({ status: 503, message: sandboxErrorMessage(503) }))}\n\n`,
  };
}

interface Writing {
  readonly options: DashscopeOptions;
  readonly request: SandboxRequest;
  readonly answer: Answer;
  readonly label: AnswerLabel;
}

/** What one event adds to the message. */
interface Piece {
  readonly content?: string;
  readonly reasoning?: string;
  readonly toolCalls?: readonly unknown[];
}

const NOT_FINISHED = 'null';

/** There is no end marker: the last event names the reason, and the body ends. */
function frames(writing: Writing): Frames {
  const { options, answer } = writing;
  const list = new FrameList();
  const pieces = piecesOf(writing);
  const perPiece = billedTokens(answer) / Math.max(1, pieces.length);
  let sent: Piece = {};
  for (const [index, piece] of pieces.entries()) {
    sent = options.isIncremental ? piece : joined(sent, piece);
    const output = bodyOf(writing, sent, {
      finish: NOT_FINISHED,
      outputTokens: Math.floor(perPiece * (index + 1)),
    });
    list.delta(event(index + 1, output));
  }
  const last = options.isIncremental ? {} : sent;
  const closing = { finish: finishOf(answer), outputTokens: billedTokens(answer) };
  list.add(event(pieces.length + 1, bodyOf(writing, last, closing)));
  return list.frames();
}

function whole(writing: Writing): string {
  const { answer, request } = writing;
  const shown = request.reasoning === 'shown' ? answer.reasoning?.pieces.join('') : undefined;
  const piece: Piece = {
    ...(answer.kind === 'text'
      ? { content: answer.pieces.join('') }
      : { toolCalls: answer.calls.map(wholeCall) }),
    ...(shown === undefined ? {} : { reasoning: shown }),
  };
  const closing = { finish: finishOf(answer), outputTokens: billedTokens(answer) };
  return JSON.stringify(bodyOf(writing, piece, closing));
}

function piecesOf({ options, request, answer }: Writing): Piece[] {
  const shown = request.reasoning === 'shown' ? (answer.reasoning?.pieces ?? []) : [];
  const thoughts = shown.map((reasoning): Piece => ({ reasoning }));
  if (answer.kind === 'text')
    return [...thoughts, ...answer.pieces.map((content): Piece => ({ content }))];
  // Without increments a call comes whole: repeating growing arguments would say nothing more.
  if (!options.isIncremental) return [...thoughts, { toolCalls: answer.calls.map(wholeCall) }];
  return [...thoughts, ...answer.calls.flatMap(callPieces)];
}

/** Later pieces of a call have an empty id and no name. */
function callPieces(call: AnswerToolCall, index: number): Piece[] {
  const begun = { ...wholeCall(call, index), function: { name: call.name, arguments: '' } };
  return [
    { toolCalls: [begun] },
    ...call.pieces.map((text) => ({
      toolCalls: [{ index, id: '', type: 'function', function: { arguments: text } }],
    })),
  ];
}

function wholeCall({ id, name, pieces }: AnswerToolCall, index: number) {
  return {
    index,
    id: `call_${promptHash(id)}`,
    type: 'function',
    function: { name, arguments: pieces.join('') },
  };
}

function joined(before: Piece, piece: Piece): Piece {
  const toolCalls = piece.toolCalls ?? before.toolCalls;
  return {
    content: (before.content ?? '') + (piece.content ?? ''),
    reasoning: (before.reasoning ?? '') + (piece.reasoning ?? ''),
    ...(toolCalls === undefined ? {} : { toolCalls }),
  };
}

function bodyOf(
  { options, request, answer, label }: Writing,
  piece: Piece,
  end: { readonly finish: string; readonly outputTokens: number },
): unknown {
  const text = piece.content ?? '';
  const message = {
    content: options.hasParts ? (text === '' ? [] : [{ text }]) : text,
    ...(request.reasoning === 'shown' ? { reasoning_content: piece.reasoning ?? '' } : {}),
    role: 'assistant',
    ...(piece.toolCalls === undefined ? {} : { tool_calls: piece.toolCalls }),
  };
  const thoughts = answer.reasoning?.tokens;
  return {
    output: options.hasChoices
      ? { choices: [{ message, index: 0, finish_reason: end.finish }] }
      : { text, finish_reason: end.finish },
    usage: {
      input_tokens: request.inputTokens,
      output_tokens: end.outputTokens,
      total_tokens: request.inputTokens + end.outputTokens,
      prompt_tokens_details: { cached_tokens: 0 },
      ...(thoughts === undefined ? {} : { output_tokens_details: { reasoning_tokens: thoughts } }),
    },
    request_id: label.id,
  };
}

function finishOf(answer: Answer): string {
  return answer.kind === 'tools' ? 'tool_calls' : answer.finish;
}

/** No blank after the colons, and the status as a comment. */
function event(id: number, body: unknown): string {
  return `id:${String(id)}\nevent:result\n:HTTP_STATUS/200\ndata:${JSON.stringify(body)}\n\n`;
}

function error(failure: WireError): ErrorReply {
  return { headers: {}, body: JSON.stringify(errorBody(failure)) };
}

/** Without a retry hint. */
function errorBody({ status, message, code }: WireError): Record<string, unknown> {
  const codes: Readonly<Record<number, string>> = {
    400: 'InvalidParameter',
    401: 'InvalidApiKey',
    403: 'AccessDenied',
    404: 'ModelNotFound',
    429: 'Throttling.RateQuota',
    500: 'InternalError',
    503: 'ModelUnavailable',
  };
  const fallback = status < 500 ? 'InvalidParameter' : 'InternalError';
  return { code: code ?? codes[status] ?? fallback, message, request_id: 'switchyard-sandbox' };
}
