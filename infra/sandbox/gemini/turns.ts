import { isSeal, isSealOf } from '../seal.ts';
import type { Refusal } from '../wire.ts';
import type { GeminiContent, GeminiPart } from './body.ts';
import { callContent } from './call-content.ts';
import { isGemini3 } from './model-family.ts';

/** Google's words for a call that was made elsewhere. */
const SKIP_WORDS = new Set([
  'skip_thought_signature_validator',
  'context_engineering_is_the_way_to_go',
]);

const DATA_FIELDS = [
  'text',
  'inlineData',
  'fileData',
  'functionCall',
  'functionResponse',
  'executableCode',
  'codeExecutionResult',
] as const;

/** What the real API refuses about a conversation: its parts, its tool turns, its signatures. */
export function refusalOfTurns(
  contents: readonly GeminiContent[],
  model: string,
): Refusal | undefined {
  const parts = contents.flatMap((content) => content.parts);
  const isPlain = (part: GeminiPart): boolean =>
    DATA_FIELDS.filter((field) => part[field] !== undefined).length === 1;
  if (!parts.every(isPlain))
    return { message: 'Unable to submit request because each part must have exactly one field.' };
  return (
    refusalOfPairs(contents) ??
    refusalOfAltered(parts) ??
    (isGemini3(model) ? refusalOfUnsigned(contents) : undefined)
  );
}

/** Calls and results are matched by their number and names. */
function refusalOfPairs(contents: readonly GeminiContent[]): Refusal | undefined {
  for (const [index, content] of contents.entries()) {
    const called = content.parts.flatMap((part) => part.functionCall?.name ?? []);
    const next = contents[index + 1]?.parts ?? [];
    const answered = next.flatMap((part) => part.functionResponse?.name ?? []);
    if (called.toSorted().join() !== answered.toSorted().join())
      return {
        message:
          'Please ensure that the number of function response parts is equal to the number of function call parts of the function call turn.',
      };
  }
  return undefined;
}

function refusalOfAltered(parts: readonly GeminiPart[]): Refusal | undefined {
  const isFit = ({ thoughtSignature: signature, functionCall: call }: GeminiPart): boolean => {
    if (signature === undefined || SKIP_WORDS.has(signature)) return true;
    return call === undefined ? isSeal(signature) : isSealOf(signature, callContent(call));
  };
  return parts.every(isFit) ? undefined : { message: 'Thought signature is not valid.' };
}

/** In each step of the current turn the first call must carry its signature. */
function refusalOfUnsigned(contents: readonly GeminiContent[]): Refusal | undefined {
  const isUserText = ({ role, parts }: GeminiContent): boolean =>
    role !== 'model' && parts.every((part) => part.functionResponse === undefined);
  const start = contents.findLastIndex(isUserText) + 1;
  for (const [offset, { parts }] of contents.slice(start).entries()) {
    const first = parts.find((part) => part.functionCall !== undefined);
    if (first?.functionCall === undefined || first.thoughtSignature !== undefined) continue;
    const place = `${String(start + offset)}. content block`;
    return {
      message: `Function call is missing a thought_signature in functionCall parts. Function call \`${first.functionCall.name}\`, position ${place}. This is required for tools to work correctly.`,
    };
  }
  return undefined;
}
