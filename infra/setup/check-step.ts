/** What a step of `npm run check` found. */
export type StepResult = {
  isOk: boolean;
  /** Shown in full when the step failed. */
  output: string;
  /** A few words for the step's line: what was read, or that it was skipped and why. */
  note?: string;
};

export type CheckStep = { name: string; run: () => Promise<StepResult> };
