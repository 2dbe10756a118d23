import { runCollectorChild } from './collector-child';
import { openBrokers } from './start';

runCollectorChild(async (config, log) => ({ brokers: openBrokers(config, log) }));
