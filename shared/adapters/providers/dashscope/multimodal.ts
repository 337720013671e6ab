import type { ProviderCall } from '../../../ports/provider.ts';
import { partsOf } from '../http/content.ts';

/** Models that take images are served at the other path only: the vision families, and all of Qwen from 3.5 on. */
const MULTIMODAL_MODEL = /-(vl|omni|ocr)\b|^qvq|^qwen-?(3\.[5-9]|[4-9])/i;

/** Whether a call belongs to the multimodal path, by its model or by its images. The form of its messages follows. */
export function isMultimodal({ requestModel, request }: ProviderCall): boolean {
  if (MULTIMODAL_MODEL.test(requestModel)) return true;
  return request.messages.some(({ content }) =>
    partsOf(content).some((part) => part.type === 'image'),
  );
}
