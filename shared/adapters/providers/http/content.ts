import type { ContentPart, Message } from '../../../contracts/http/job-request.ts';

type Content = string | readonly ContentPart[] | undefined;

/** The parts of a content, whichever way it was written. Empty text is left out: some providers refuse it. */
export function partsOf(content: Content): readonly ContentPart[] {
  if (content === undefined || content === '') return [];
  if (typeof content === 'string') return [{ type: 'text', text: content }];
  return content.filter((part) => part.type !== 'text' || part.text !== '');
}

/** The text of a content, its parts joined by line ends; images are left out. */
export function textOf(content: Content): string {
  if (typeof content === 'string') return content;
  return partsOf(content)
    .flatMap((part) => (part.type === 'text' ? [part.text] : []))
    .join('\n');
}

/** The system prompts of a conversation as one text, for providers that take it beside the messages. */
export function systemText(messages: readonly Message[]): string {
  return messages
    .flatMap((message) => (message.role === 'system' ? [textOf(message.content)] : []))
    .filter((text) => text !== '')
    .join('\n\n');
}

/** An image that travels in the request itself. */
export interface InlineImage {
  readonly mediaType: string;
  /** Base64. */
  readonly data: string;
}

/** The content of a base64 data URL; undefined for any other URL. */
export function parseDataUrl(url: string): InlineImage | undefined {
  const comma = url.indexOf(',');
  if (!url.startsWith('data:') || comma === -1) return undefined;
  const [mediaType, ...parameters] = url.slice('data:'.length, comma).split(';');
  if (mediaType === undefined || mediaType === '' || parameters.at(-1) !== 'base64')
    return undefined;
  return { mediaType, data: url.slice(comma + 1) };
}
