import { isSeal } from '../seal.ts';
import type { Refusal } from '../wire.ts';
import type { InputItem } from './body.ts';

/** Ids of calls that were made after reasoning begin so: the sandbox keeps nothing, so the id has to tell. */
export const REASONED_CALL_PREFIX = 'fc_reasoned_';

/** What the real API refuses about the items of a conversation that it does not keep itself. */
export function refusalOfItems(
  items: readonly InputItem[],
  isStored: boolean,
): Refusal | undefined {
  return refusalOfCalls(items) ?? refusalOfReasoning(items, isStored);
}

function refusalOfCalls(items: readonly InputItem[]): Refusal | undefined {
  const calls = items.flatMap((item) => (item.type === 'function_call' ? item.call_id : []));
  const outputs = items.flatMap((item) =>
    item.type === 'function_call_output' ? item.call_id : [],
  );
  const unanswered = calls.find((id) => !outputs.includes(id));
  if (unanswered !== undefined)
    return { message: `No tool output found for function call ${unanswered}.`, param: 'input' };
  const orphan = outputs.find((id) => !calls.includes(id));
  return orphan === undefined
    ? undefined
    : {
        message: `No tool call found for function call output with call_id ${orphan}.`,
        param: 'input',
      };
}

function refusalOfReasoning(items: readonly InputItem[], isStored: boolean): Refusal | undefined {
  for (const [index, item] of items.entries()) {
    if (item.type === 'function_call' && isBare(item.id, items.slice(0, index)))
      return {
        message: `Item '${item.id ?? ''}' of type 'function_call' was provided without its required 'reasoning' item.`,
        param: 'input',
      };
    if (item.type !== 'reasoning') continue;
    const refusal = refusalOfSeal(item, isStored) ?? refusalOfLonely(item, items[index + 1]);
    if (refusal !== undefined) return refusal;
  }
  return undefined;
}

type ReasoningItem = Extract<InputItem, { readonly type: 'reasoning' }>;

/** Nothing is kept, so what was encrypted has to come back as it was. */
function refusalOfSeal(item: ReasoningItem, isStored: boolean): Refusal | undefined {
  const { id = '' } = item;
  const sealed = item.encrypted_content ?? undefined;
  if (sealed === undefined)
    return isStored
      ? undefined
      : {
          message: `Item with id '${id}' not found. Items are not persisted when \`store\` is set to false. Try again with \`store\` set to true, or remove this item from your input.`,
          param: 'input',
        };
  return isSeal(sealed)
    ? undefined
    : {
        message: `The encrypted content for item ${id} could not be verified.`,
        code: 'invalid_encrypted_content',
      };
}

/** Reasoning leads to something: a call, or words of the assistant. */
function refusalOfLonely(item: ReasoningItem, next: InputItem | undefined): Refusal | undefined {
  const isFollowed =
    next?.type === 'reasoning' ||
    next?.type === 'function_call' ||
    (next !== undefined && 'role' in next && next.role === 'assistant');
  if (isFollowed) return undefined;
  return {
    message: `Item '${item.id ?? ''}' of type 'reasoning' was provided without its required following item.`,
    param: 'input',
  };
}

/** A call that names itself by the id it was made with brings its reasoning along. */
function isBare(id: string | undefined, before: readonly InputItem[]): boolean {
  if (id?.startsWith(REASONED_CALL_PREFIX) !== true) return false;
  return !before.some((item) => item.type === 'reasoning');
}
