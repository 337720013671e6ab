/** The types of image that Gemini reads, by the ends of file names. */
const TYPES = new Map([
  ['png', 'image/png'],
  ['jpg', 'image/jpeg'],
  ['jpeg', 'image/jpeg'],
  ['webp', 'image/webp'],
  ['heic', 'image/heic'],
  ['heif', 'image/heif'],
  ['gif', 'image/gif'],
]);

/**
 * The media type that must stand beside an image's address: as the data URL says, or as the path ends. Undefined: the
 * address does not say it.
 */
export function imageTypeOf(url: string): string | undefined {
  if (url.startsWith('data:')) return /^data:([^;,]+)/.exec(url)?.[1];
  if (!URL.canParse(url)) return undefined;
  const ending = new URL(url).pathname.split('.').at(-1) ?? '';
  return TYPES.get(ending.toLowerCase());
}
