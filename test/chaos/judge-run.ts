import { checkRecording } from './check-recording.ts';
import { closingTable } from './closing-table.ts';
import { readRecording } from './recording-files.ts';
import { indexRecording } from './recording-index.ts';
import { countSightings, type Sightings } from './sightings.ts';
import type { Violation } from './violation.ts';

export interface Verdict {
  readonly violations: readonly Violation[];
  readonly sightings: Sightings;
  readonly table: string;
}

/** Judges a run by what its folder holds. */
export async function judgeRun(folder: string): Promise<Verdict> {
  const index = indexRecording(await readRecording(folder));
  const violations = checkRecording(index);
  return {
    violations,
    sightings: countSightings(index),
    table: closingTable(index, violations),
  };
}
