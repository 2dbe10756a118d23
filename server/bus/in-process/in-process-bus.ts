import type { Bus } from '../bus';
import { BusCore, type BusWire } from '../bus-core';

/**
 * Two ends in one process, for tests. Messages are cloned, as a real wire would, and delivered in a later turn.
 * `stall` makes the far end stop reading, to try back-pressure.
 */
export function createInProcessBusPair(): [Bus & InProcessEnd, Bus & InProcessEnd] {
  const left = new End();
  const right = new End();
  left.connect(right);
  right.connect(left);
  return [left, right];
}

interface InProcessEnd {
  /** Stops (true) or goes on (false) taking what the other end sends. */
  stall(stalled: boolean): void;
}

class End extends BusCore implements InProcessEnd {
  private stalled = false;
  private readonly held: (() => void)[] = [];
  private peer: End | null = null;

  constructor() {
    super(async () => this.peer?.setWire(null));
  }

  connect(peer: End): void {
    this.peer = peer;
    const wire: BusWire = { send: (message, done) => peer.take(() => (done(false), peer.receive(structuredClone(message)))) };
    this.setWire(wire);
  }

  stall(stalled: boolean): void {
    this.stalled = stalled;
    if (!stalled) for (const deliver of this.held.splice(0)) setImmediate(deliver);
  }

  private take(deliver: () => void): void {
    if (this.stalled) this.held.push(deliver);
    else setImmediate(deliver);
  }
}
