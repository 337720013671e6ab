import { seal } from '../seal.ts';
import type {
  Answer,
  AnswerLabel,
  AnswerReasoning,
  AnswerToolCall,
  SandboxRequest,
} from '../wire.ts';
import type { EventList } from './event-list.ts';
import { REASONED_CALL_PREFIX } from './items.ts';

export interface ResponseOptions {
  /** The reasoning is to come with its encrypted content. */
  readonly isEncrypted: boolean;
  readonly isStored: boolean;
}

/** One item of a response's output, as it begins, as it grows and as it is in the end. */
export interface OutputItem {
  readonly id: string;
  readonly begun: unknown;
  readonly growth: Growth | undefined;
  readonly whole: unknown;
}

/** What an item streams: the names of its events and the fields that say where the text belongs. */
interface Growth {
  readonly name: string;
  readonly place: Readonly<Record<string, number>>;
  readonly pieces: readonly string[];
  /** Name of the whole text in the closing event. */
  readonly field: 'text' | 'arguments';
  /** The part around the text, with its events. Absent: the text stands in the item itself. */
  readonly part?: { readonly name: string; of(text: string): unknown };
}

export function outputItems(writing: {
  readonly options: ResponseOptions;
  readonly request: SandboxRequest;
  readonly answer: Answer;
  readonly label: AnswerLabel;
}): OutputItem[] {
  const { options, request, answer, label } = writing;
  const { reasoning } = answer;
  const isShown = request.reasoning === 'shown';
  const thoughts =
    reasoning === undefined
      ? []
      : [reasoningItem(`rs_${label.id}`, reasoning, { ...options, isShown })];
  if (answer.kind === 'text') {
    const isCut = answer.finish === 'length';
    return [...thoughts, messageItem(`msg_${label.id}`, answer.pieces, isCut)];
  }
  const prefix = reasoning === undefined ? 'fc_' : REASONED_CALL_PREFIX;
  return [...thoughts, ...answer.calls.map((call) => callItem(`${prefix}${call.id}`, call))];
}

/** The events of one item, from `added` to `done`. */
export function writeItem(events: EventList, item: OutputItem, outputIndex: number): void {
  const at = { item_id: item.id, output_index: outputIndex };
  events.add({
    type: 'response.output_item.added',
    output_index: outputIndex,
    item: item.begun,
  });
  if (item.growth !== undefined) writeGrowth(events, item.growth, at);
  events.add({ type: 'response.output_item.done', output_index: outputIndex, item: item.whole });
}

function writeGrowth(
  events: EventList,
  { name, place, pieces, field, part }: Growth,
  at: Readonly<Record<string, unknown>>,
): void {
  const text = pieces.join('');
  const where = { ...at, ...place };
  if (part !== undefined) events.add({ type: `${part.name}.added`, ...where, part: part.of('') });
  for (const delta of pieces) events.delta({ type: `${name}.delta`, ...where, delta });
  events.add({ type: `${name}.done`, ...where, [field]: text });
  if (part !== undefined) events.add({ type: `${part.name}.done`, ...where, part: part.of(text) });
}

function reasoningItem(
  id: string,
  { pieces }: AnswerReasoning,
  options: ResponseOptions & { readonly isShown: boolean },
): OutputItem {
  const text = pieces.join('');
  const summaryPart = (part: string) => ({ type: 'summary_text', text: part });
  const item = {
    id,
    type: 'reasoning',
    ...(options.isEncrypted ? { encrypted_content: seal(text) } : {}),
  };
  return {
    id,
    begun: { ...item, summary: [] },
    growth: options.isShown
      ? {
          name: 'response.reasoning_summary_text',
          place: { summary_index: 0 },
          pieces,
          field: 'text',
          part: { name: 'response.reasoning_summary_part', of: summaryPart },
        }
      : undefined,
    whole: { ...item, summary: options.isShown ? [summaryPart(text)] : [] },
  };
}

function messageItem(id: string, pieces: readonly string[], isCut: boolean): OutputItem {
  const textPart = (text: string) => ({ type: 'output_text', annotations: [], logprobs: [], text });
  const item = { id, type: 'message', role: 'assistant' };
  return {
    id,
    begun: { ...item, status: 'in_progress', content: [] },
    growth: {
      name: 'response.output_text',
      place: { content_index: 0 },
      pieces,
      field: 'text',
      part: { name: 'response.content_part', of: textPart },
    },
    whole: {
      ...item,
      status: isCut ? 'incomplete' : 'completed',
      content: [textPart(pieces.join(''))],
    },
  };
}

function callItem(id: string, { id: callId, name, pieces }: AnswerToolCall): OutputItem {
  const item = { id, type: 'function_call', call_id: callId, name };
  return {
    id,
    begun: { ...item, status: 'in_progress', arguments: '' },
    growth: { name: 'response.function_call_arguments', place: {}, pieces, field: 'arguments' },
    whole: { ...item, status: 'completed', arguments: pieces.join('') },
  };
}
