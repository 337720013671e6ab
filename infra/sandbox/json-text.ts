/** Whether a text is JSON: servers that parse the arguments of calls refuse others. */
export function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch (error: unknown) {
    if (error instanceof SyntaxError) return false;
    throw error;
  }
}
