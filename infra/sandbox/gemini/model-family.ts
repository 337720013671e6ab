/** Gemini 3 signs its calls always, and wants the signatures back. */
export function isGemini3(model: string): boolean {
  return /^gemini-3([.-]|$)/.test(model);
}
