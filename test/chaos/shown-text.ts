import type { JobEntry } from '../../shared/contracts/events/job-entry.ts';

/** The text as a client shows it after these entries: the fold of the log, with resets. */
export function shownText(entries: readonly JobEntry[]): string {
  let deltas: { readonly seq: number; readonly text: string }[] = [];
  for (const entry of entries) {
    if (entry.type === 'delta') deltas.push({ seq: entry.seq, text: textOf(entry) });
    if (entry.type === 'reset') deltas = deltas.filter((delta) => delta.seq <= entry.keepTo);
  }
  return deltas.map((delta) => delta.text).join('');
}

/** All text that one attempt put into the log, shown at the end or not. */
export function attemptText(entries: readonly JobEntry[], attempt: number): string {
  return entries
    .map((entry) => (entry.type === 'delta' && entry.attempt === attempt ? textOf(entry) : ''))
    .join('');
}

function textOf(entry: Extract<JobEntry, { type: 'delta' }>): string {
  return entry.parts.map((part) => (part.type === 'text' ? part.text : '')).join('');
}
