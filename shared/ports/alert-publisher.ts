import type { BudgetAlert } from '../contracts/events/budget-alert.ts';

/** Tells those who listen. Returns at once and never throws: an alert is a hint, and no job waits for one. */
export interface AlertPublisher {
  /** `webhookUrl`: who else wants it; from the configuration, never from a client. */
  publish(alert: BudgetAlert, webhookUrl: string | undefined): void;
}
