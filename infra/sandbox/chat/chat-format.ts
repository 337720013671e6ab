import { dataEvent, FrameList } from '../frame-list.ts';
import type { Answer, AnswerLabel, AnswerToolCall, SandboxRequest, WireFormat } from '../wire.ts';

/** How one provider of this family writes its answers. A delta is the object in `choices[0].delta`. */
export interface ChatStyle extends Omit<WireFormat, 'frames' | 'whole' | 'overloadedEvent'> {
  readonly idPrefix: string;
  /** Fields beside id, model and choices, of chunks and of whole answers. */
  readonly headFields: Readonly<Record<string, unknown>>;
  readonly choiceFields: Readonly<Record<string, unknown>>;
  opening(answer: Answer): unknown;
  text(piece: string): unknown;
  /** Undefined: this provider never shows any. */
  readonly reasoning?: (piece: string) => unknown;
  /** The form of this provider's call ids. Absent: any. */
  readonly toCallId?: (id: string, index: number) => string;
  /** The deltas of all calls of an answer, in order. */
  toolCalls(calls: readonly AnswerToolCall[]): unknown[];
  readonly finish: unknown;
  /** The message of a whole answer. `reasoning` is the text that is shown. */
  message(answer: Answer, reasoning: string | undefined): unknown;
  usage(request: SandboxRequest, answer: Answer): unknown;
  /** In a stream: always on the last chunk with a choice, or on request in a chunk of its own. */
  readonly usagePlace: 'finish' | 'own-chunk';
  readonly overloadedPayload: unknown;
}

/** A chat completion format: chunks with a delta each, then `[DONE]`. */
export function chatFormat(style: ChatStyle): WireFormat {
  return {
    provider: style.provider,
    error: style.error,
    overloadedStatus: style.overloadedStatus,
    overloadedCode: style.overloadedCode,
    overloadedEvent: dataEvent(style.overloadedPayload),
    frames: (request, answer, label) =>
      framesOf({ style, request, answer: withOwnIds(answer, style), label }),
    whole: (request, answer, label) =>
      wholeOf({ style, request, answer: withOwnIds(answer, style), label }),
  };
}

function withOwnIds(answer: Answer, { toCallId }: ChatStyle): Answer {
  if (answer.kind === 'text' || toCallId === undefined) return answer;
  const calls = answer.calls.map((call, index) => ({ ...call, id: toCallId(call.id, index) }));
  return { ...answer, calls };
}

interface Writing {
  readonly style: ChatStyle;
  readonly request: SandboxRequest;
  readonly answer: Answer;
  readonly label: AnswerLabel;
}

function framesOf(writing: Writing) {
  const { style, request, answer } = writing;
  const head = JSON.stringify(headOf(writing, 'chat.completion.chunk')).slice(0, -1);
  const usage = JSON.stringify(style.usage(request, answer));
  const hasOwnChunk = style.usagePlace === 'own-chunk' && request.includeUsage;
  const chunk = (delta: unknown, finish: string | null = null): string => {
    const choice = { index: 0, delta, ...style.choiceFields, finish_reason: finish };
    return `data: ${head},"choices":[${JSON.stringify(choice)}]`;
  };
  const tail = hasOwnChunk ? ',"usage":null}\n\n' : '}\n\n';
  const list = new FrameList();

  list.add(chunk(style.opening(answer)) + tail);
  list.endOpening();
  for (const delta of deltasOf(style, request, answer)) list.delta(chunk(delta) + tail);
  const end = chunk(style.finish, finishOf(answer));
  list.add(style.usagePlace === 'finish' ? `${end},"usage":${usage}}\n\n` : end + tail);
  if (hasOwnChunk) list.add(`data: ${head},"choices":[],"usage":${usage}}\n\n`);
  list.add('data: [DONE]\n\n');
  return list.frames();
}

function deltasOf(style: ChatStyle, request: SandboxRequest, answer: Answer): unknown[] {
  const shown = request.reasoning === 'shown' ? (answer.reasoning?.pieces ?? []) : [];
  const { reasoning } = style;
  const thoughts = reasoning === undefined ? [] : shown.map((piece) => reasoning(piece));
  const rest =
    answer.kind === 'text'
      ? answer.pieces.map((piece) => style.text(piece))
      : style.toolCalls(answer.calls);
  return [...thoughts, ...rest];
}

function wholeOf(writing: Writing): string {
  const { style, request, answer } = writing;
  const isShown = request.reasoning === 'shown' && style.reasoning !== undefined;
  const reasoning = isShown ? answer.reasoning?.pieces.join('') : undefined;
  const message = style.message(answer, reasoning);
  return JSON.stringify({
    ...headOf(writing, 'chat.completion'),
    choices: [{ index: 0, message, ...style.choiceFields, finish_reason: finishOf(answer) }],
    usage: style.usage(request, answer),
  });
}

function headOf({ style, request, label }: Writing, object: string): Record<string, unknown> {
  return {
    id: `${style.idPrefix}${label.id}`,
    object,
    created: Math.floor(label.createdAt / 1_000),
    model: request.model,
    ...style.headFields,
  };
}

function finishOf(answer: Answer): string {
  return answer.kind === 'tools' ? 'tool_calls' : answer.finish;
}

/** Calls piece by piece: the name first, then the text of the arguments. */
export function pieceByPiece(calls: readonly AnswerToolCall[]): unknown[] {
  return calls.flatMap((call, index) => [
    {
      tool_calls: [
        { index, id: call.id, type: 'function', function: { name: call.name, arguments: '' } },
      ],
    },
    ...call.pieces.map((piece) => ({ tool_calls: [{ index, function: { arguments: piece } }] })),
  ]);
}

/** Calls as they stand in a whole message. */
export function wholeCalls(answer: Answer): Record<string, unknown>[] | undefined {
  if (answer.kind === 'text') return undefined;
  return answer.calls.map((call) => ({
    id: call.id,
    type: 'function',
    function: { name: call.name, arguments: call.pieces.join('') },
  }));
}

export function textOfAnswer(answer: Answer): string | null {
  return answer.kind === 'text' ? answer.pieces.join('') : null;
}
