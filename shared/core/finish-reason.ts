/** Why an answer ended, one list for every provider (wire-formats.md section 8). */
export const FINISH_REASONS = ['stop', 'length', 'tool_calls', 'content_filter', 'error'] as const;

export type FinishReason = (typeof FINISH_REASONS)[number];
