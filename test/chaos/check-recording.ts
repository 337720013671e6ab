import { checkBilling } from './check-billing.ts';
import { checkCancels } from './check-cancels.ts';
import { checkClients } from './check-clients.ts';
import { checkLog } from './check-log.ts';
import { checkSubmissions } from './check-submissions.ts';
import { checkText } from './check-text.ts';
import type { RecordingIndex } from './recording-index.ts';
import type { Violation } from './violation.ts';

/** Everything that the recording shows to be wrong. */
export function checkRecording(index: RecordingIndex): Violation[] {
  return [checkLog, checkText, checkClients, checkBilling, checkSubmissions, checkCancels].flatMap(
    (check) => check(index),
  );
}
