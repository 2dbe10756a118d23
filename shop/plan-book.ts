import type { PlannedFaults } from './kernel/faults';
import type { Plan } from './traffic/plan';

/** The plans that a world has played: an order of an earlier one keeps its faults, by the seed in its id; only its mailbox is mended by then. */
export class PlanBook implements PlannedFaults {
  private readonly plans: Plan[] = [];

  constructor(private current: Plan) {
    this.plans.push(current);
  }

  get plan(): Plan {
    return this.current;
  }

  play(plan: Plan): void {
    this.current = plan;
    this.plans.unshift(plan);
    this.plans.splice(20);
  }

  ofOrder(orderId: string): ReturnType<PlannedFaults['ofOrder']> {
    for (const { faults } of this.plans) {
      const found = faults.ofOrder(orderId);
      if (found.length > 0) return faults === this.current.faults ? found : found.filter((fault) => fault !== 'mail-throws');
    }
    return [];
  }

  lateQuote(quoteId: string): boolean {
    return this.current.faults.lateQuote(quoteId);
  }

  get abortEvery(): number {
    return this.current.faults.abortEvery;
  }
}
