import { describeBrokerContract } from '../broker.contract';
import { openKafkaApplication, silent, testSettings } from './kafka-application.fixture';
import { openKafkaBroker } from './kafka-broker';

describeBrokerContract('Kafka', {
  system: 'kafka',
  inProcess: false,
  exceptions: [],
  open: async () => {
    const broker = openKafkaBroker(testSettings(), { log: silent });
    const application = await openKafkaApplication();
    return {
      broker,
      application,
      close: async () => {
        await broker.close();
        await application.close();
      },
    };
  },
});
