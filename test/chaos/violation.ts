/** Of reliability.md section 3.3. */
export type Invariant =
  | 'I1'
  | 'I2'
  | 'I3'
  | 'I4'
  | 'I5'
  | 'I6'
  | 'I7'
  | 'I10'
  | 'I11'
  | 'I21'
  | 'I22';

/** A promise that the recording shows to be broken. */
export interface Violation {
  readonly invariant: Invariant;
  /** The job, or the submission's tag where no job is known. */
  readonly subject: string;
  readonly detail: string;
}
