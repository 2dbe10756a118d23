import type { BrokerName, BrokerSystem } from '@/lib/events/names';
import { AppError } from '@/lib/errors';
import type { Broker } from '../broker';
import type { InProcessEngine } from './engine';
import { InProcessTap } from './in-process-tap';
import { kafkaRole, rabbitRole } from './roles';

/** The port over the engine, in one of both roles: `kafka` sees its topics and groups, `rabbitmq` its exchanges and queues. */
export function openInProcessBroker(
  engine: InProcessEngine,
  { name, system }: { readonly name: BrokerName; readonly system: BrokerSystem },
): Broker {
  const role = system === 'kafka' ? kafkaRole(engine) : rabbitRole(engine);
  const side = system === 'kafka' ? 'logs' : 'queues';
  const taps = new Map<string, InProcessTap>();
  let closed = false;
  const check = (): void => {
    if (closed) throw new AppError('broker-unreachable', `the broker ${name} is closed here`);
    const down = engine.down(side);
    if (down !== null) throw new AppError('broker-unreachable', `the in-process broker plays an outage: ${down}`, { retryable: true });
  };
  const at = () => engine.clock.now() * 1000;

  return {
    name,
    system,
    inProcess: true,
    exceptions: [],
    async describe() {
      check();
      return { broker: name, system, inProcess: true, at: at(), product: 'in-process', ...role.picture(), missing: [] };
    },
    async openTap(options) {
      if (closed) throw new AppError('broker-unreachable', `the broker ${name} is closed here`);
      // One reader per tap: a second one fences the first.
      await taps.get(options.tap)?.close();
      const tap = new InProcessTap(engine, side, role.openSource(options), options, (gone) => {
        if (taps.get(options.tap) === gone) taps.delete(options.tap);
      });
      taps.set(options.tap, tap);
      return tap;
    },
    async sample() {
      check();
      return { at: at(), ...role.samples() };
    },
    async publish(message) {
      const down = engine.down(side);
      if (closed || down !== null) return { confirmed: false, why: 'unreachable', detail: down ?? 'closed' };
      return role.publish(message);
    },
    async takeLetter(request) {
      const down = engine.down(side);
      if (closed || down !== null) return { taken: false, why: 'unreachable', detail: down ?? 'closed' };
      return role.takeLetter(request);
    },
    async close() {
      closed = true;
      await Promise.all([...taps.values()].map((tap) => tap.close()));
    },
  };
}
