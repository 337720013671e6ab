const DATA_URL = /^data:image\/(png|jpe?g|gif|webp);base64,([A-Za-z0-9+/]+={0,2})$/;
const BASE64 = /^[A-Za-z0-9+/]+={0,2}$/;

/** What an image's URL brings: the base64 text of a data URL, or an address. Undefined: it is neither. */
export function imageOfUrl(url: string): string | undefined {
  const inline = DATA_URL.exec(url)?.[2];
  if (inline !== undefined) return isBase64(inline) ? inline : undefined;
  return /^https?:\/\/\S+$/.test(url) ? url : undefined;
}

/** Whole groups of four, as decoders demand them. */
export function isBase64(text: string): boolean {
  return text.length % 4 === 0 && BASE64.test(text);
}
