import type {
  DeltaPart,
  Interruption,
  JobEntry,
  TerminalEntry,
} from '../contracts/events/job-entry.ts';
import type { Answer, ToolCall } from '../contracts/events/job-result.ts';
import type { AttemptView, JobStatus } from '../contracts/http/job-view.ts';
import { ReasoningDetails } from '../contracts/reasoning-detail.ts';
import { assert, unreachable } from '../core/assert.ts';
import type { Failure } from '../core/failure.ts';
import type { FinishReason } from '../core/finish-reason.ts';

interface AttemptEnd {
  readonly at: number;
  readonly failure?: Failure | undefined;
  readonly interrupted?: Interruption | undefined;
}

interface ShownDelta {
  readonly seq: number;
  readonly attempt: number;
  readonly parts: readonly DeltaPart[];
}

/**
 * A job as its log tells it. All that is shown to anybody about a live job is this fold of its entries. It grows in
 * place, because an answer can have thousands of entries; it does no I/O and reads no clock.
 */
export class JobFold {
  /** `seq` of the last entry; 0 = the log is empty. */
  seq = 0;
  readonly attempts: AttemptView[] = [];
  /** The attempt that owns the job now; undefined before the first and between two. */
  activeAttempt: number | undefined;
  terminal: TerminalEntry | undefined;
  /** Cost of the attempts that failed: nobody is billed for it. */
  wasteNanoUsd = 0;
  #shown: ShownDelta[] = [];

  /** A job that was accepted a moment ago: its log holds that one entry, and nobody needs to read it. */
  static justAccepted(jobId: string): JobFold {
    const fold = new JobFold();
    fold.apply({ type: 'accepted', seq: 1, at: 1, jobId, configVersion: '' });
    return fold;
  }

  /** Takes the next entry. A hole, a repeat or anything after the terminal is a defect of the log. */
  apply(entry: JobEntry): void {
    assert(entry.seq === this.seq + 1, `entry ${String(entry.seq)} after ${String(this.seq)}`);
    assert(this.terminal === undefined, 'an entry after the terminal one');
    this.seq = entry.seq;
    switch (entry.type) {
      case 'accepted':
        return;
      case 'attempt': {
        const { attempt, deployment } = entry;
        this.attempts.push({ attempt, deployment, startedAt: entry.at });
        this.activeAttempt = attempt;
        return;
      }
      case 'delta':
        this.#shown.push(entry);
        return;
      case 'reset':
        this.#shown = this.#shown.filter((delta) => delta.seq <= entry.keepTo);
        return;
      case 'failed':
        this.#endAttempt(entry);
        this.wasteNanoUsd += entry.costNanoUsd ?? 0;
        return;
      case 'terminal':
        this.#endAttempt(entry);
        this.terminal = entry;
        return;
      default:
        return unreachable(entry);
    }
  }

  /** The log does not time deltas; the worker that saw the first token does. */
  noteFirstToken(atMs: number): void {
    const last = this.attempts.at(-1);
    if (last !== undefined)
      this.attempts[this.attempts.length - 1] = { ...last, firstTokenAt: atMs };
  }

  get status(): JobStatus {
    if (this.terminal !== undefined) return this.terminal.outcome;
    return this.activeAttempt === undefined ? 'queued' : 'running';
  }

  get hasShownText(): boolean {
    return this.#shown.length > 0;
  }

  /** The attempt whose text is shown; undefined while there is none. */
  get shownAttempt(): number | undefined {
    return this.#shown.at(-1)?.attempt;
  }

  /** The number that the next attempt has. */
  get nextAttempt(): number {
    return (this.attempts.at(-1)?.attempt ?? 0) + 1;
  }

  /** The answer as the shown deltas make it. */
  answer(finishReason: FinishReason): Answer {
    const answer = new AnswerParts();
    for (const delta of this.#shown) for (const part of delta.parts) answer.add(part);
    return answer.join(finishReason);
  }

  /** Ends the newest attempt, if it is still open: a job may end between two attempts. */
  #endAttempt({ at, failure, interrupted }: AttemptEnd): void {
    this.activeAttempt = undefined;
    const last = this.attempts.at(-1);
    if (last === undefined || last.endedAt !== undefined) return;
    this.attempts[this.attempts.length - 1] = {
      ...last,
      endedAt: at,
      ...(failure === undefined ? {} : { failure }),
      ...(interrupted === undefined ? {} : { interrupted }),
    };
  }
}

class AnswerParts {
  readonly #calls = new Map<number, ToolCall>();
  #text = '';
  #reasoning = '';
  readonly #details = new ReasoningDetails();

  add(part: DeltaPart): void {
    switch (part.type) {
      case 'text':
        this.#text += part.text;
        return;
      case 'reasoning':
        this.#reasoning += part.text;
        if (part.block !== undefined) this.#details.add(part.text, part.block);
        return;
      case 'toolCall': {
        const call = this.#calls.get(part.index) ?? { id: '', name: '', arguments: '' };
        this.#calls.set(part.index, {
          id: part.id ?? call.id,
          name: part.name ?? call.name,
          arguments: call.arguments + (part.arguments ?? ''),
        });
        return;
      }
      default:
        return unreachable(part);
    }
  }

  join(finishReason: FinishReason): Answer {
    const toolCalls = [...this.#calls].toSorted(([a], [b]) => a - b).map(([, call]) => call);
    const reasoningDetails = this.#details.list();
    return {
      text: this.#text,
      ...(this.#reasoning === '' ? {} : { reasoning: this.#reasoning }),
      ...(reasoningDetails.length === 0 ? {} : { reasoningDetails }),
      toolCalls,
      finishReason,
    };
  }
}
