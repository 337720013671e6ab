import type { JobEntry } from '../../shared/contracts/events/job-entry.ts';

export interface StreamEvidence {
  /** As the WebSocket client received them. */
  readonly events: readonly JobEntry[];
  /** `result.text` of the job view. */
  readonly viewText: string | undefined;
  /** Text of the NATS result message. */
  readonly resultText: string | undefined;
}

/** The text that a client shows after these events: all deltas, without those that a reset withdrew. */
export function shownText(events: readonly JobEntry[]): string {
  let shown: { readonly seq: number; readonly text: string }[] = [];
  for (const event of events) {
    if (event.type === 'reset') shown = shown.filter(({ seq }) => seq <= event.keepTo);
    if (event.type !== 'delta') continue;
    const texts = event.parts.map((part) => (part.type === 'text' ? part.text : ''));
    shown.push({ seq: event.seq, text: texts.join('') });
  }
  return shown.map(({ text }) => text).join('');
}

/** What is wrong with a stream whose worker was killed in the middle, in sentences; empty = the promise was kept. */
export function judgeStream({ events, viewText, resultText }: StreamEvidence): readonly string[] {
  const faults: string[] = [];
  const hole = events.findIndex((event, index) => event.seq !== index + 1);
  if (hole >= 0) {
    const found = String(events[hole]?.seq);
    faults.push(`event ${String(hole + 1)} of the stream has the sequence number ${found}`);
  }
  const terminals = events.filter((event) => event.type === 'terminal');
  const [terminal] = terminals;
  if (terminals.length !== 1 || events.at(-1) !== terminal) {
    faults.push(`the stream has ${String(terminals.length)} terminal events, not one at its end`);
  }
  if (terminal !== undefined && terminal.outcome !== 'completed') {
    faults.push(`the streamed job ended as ${terminal.outcome}`);
  }
  const attempts = events.filter((event) => event.type === 'attempt').length;
  if (attempts < 2) faults.push('no other worker took the job over');
  if (!events.some((event) => event.type === 'reset')) {
    faults.push('the text of the killed worker was never withdrawn');
  }
  const text = shownText(events);
  if (text === '') faults.push('the stream has no text');
  if (text !== viewText) faults.push('the streamed text differs from the job view');
  if (text !== resultText) faults.push('the streamed text differs from the result message');
  return faults;
}
