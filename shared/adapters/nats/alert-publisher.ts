import type { NatsConnection } from '@nats-io/transport-node';
import type { BudgetAlert } from '../../contracts/events/budget-alert.ts';
import { natsSubjects } from '../../contracts/nats-subjects.ts';
import type { AlertPublisher } from '../../ports/alert-publisher.ts';

/** Budget alerts as plain NATS messages. */
export class NatsAlertPublisher implements AlertPublisher {
  readonly #connection: NatsConnection;

  constructor(connection: NatsConnection) {
    this.#connection = connection;
  }

  publish(alert: BudgetAlert): void {
    if (this.#connection.isClosed() || this.#connection.isDraining()) return;
    this.#connection.publish(natsSubjects.budgetAlert(alert.tenantId), JSON.stringify(alert));
  }
}
