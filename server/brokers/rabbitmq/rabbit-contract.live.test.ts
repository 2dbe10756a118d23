import { describeBrokerContract } from '../broker.contract';
import { openRabbitBroker, rabbitExceptions } from './rabbit-broker';
import { openRabbitWorld, openWire, sharedRabbitVersion, silent, through } from './rabbit-world.fixture';

describeBrokerContract('RabbitMQ', {
  system: 'rabbitmq',
  inProcess: false,
  exceptions: rabbitExceptions(await sharedRabbitVersion()),
  async open() {
    const world = await openRabbitWorld();
    const { hostname, port } = new URL(world.url);
    const wire = await openWire({ host: hostname, port: Number(port) });
    const broker = openRabbitBroker({ name: 'contract-rabbit', url: through(world.url, wire), apiUrl: world.apiUrl }, { log: silent });
    return {
      broker,
      application: world.application,
      // The broker hears nothing but the end of the connection.
      async crash(tap) {
        wire.cut();
        await tap.close();
      },
      async close() {
        await broker.close();
        await wire.close();
        await world.close();
      },
    };
  },
});
