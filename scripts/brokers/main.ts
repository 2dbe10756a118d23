import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { addressNames, brokersFolder, readEnvFile } from './addresses';
import { type KafkaState, defaultKafkaVersion, kafkaOfState, startKafka } from './kafka';
import { type RabbitState, type RabbitVersion, rabbitOfState, startRabbit } from './rabbit';
import { portAnswers } from './processes';

const usage = `npm run brokers -- start|stop|restart|status|env [--kafka VERSION] [--rabbitmq system|4] [--only kafka|rabbitmq]

start   brings up a real Kafka and a real RabbitMQ for tests, or uses KAFKA_BROKERS / AMQP_URL + RABBITMQ_API_URL when they are set
stop    ends what start began and deletes its data
restart kills what start began (kill -9) and starts it again on its data and its addresses
status  says what runs
env     prints the addresses as NAME=value lines (also in the file "env" of the folder)

The folder is .brokers, or EVENTYARD_BROKERS_DIR. Kafka ${defaultKafkaVersion} by default (4.3.0 works too); RabbitMQ of this machine, or 4 (root only).`;

interface State {
  kafka?: KafkaState;
  rabbitmq?: RabbitState;
}

const folder = brokersFolder();
const stateFile = join(folder, 'state.json');
const say = (line: string): void => void process.stdout.write(`${line}\n`);

const readState = (): State => (existsSync(stateFile) ? (JSON.parse(readFileSync(stateFile, 'utf8')) as State) : {});

function writeState(change: State): void {
  mkdirSync(folder, { recursive: true });
  writeFileSync(stateFile, `${JSON.stringify({ ...readState(), ...change }, null, 2)}\n`);
}

function writeEnv(values: Readonly<Record<string, string>>): void {
  const all = { ...Object.fromEntries(readEnvFile()), ...values };
  const lines = addressNames.flatMap((name) => (all[name] === undefined || all[name] === '' ? [] : [`${name}=${all[name]}\n`]));
  writeFileSync(join(folder, 'env'), lines.join(''));
}

async function bringKafka(version: string | undefined): Promise<void> {
  const given = process.env['KAFKA_BROKERS'];
  if (given !== undefined && given !== '') {
    const [host = '', port = '9092'] = (given.split(',')[0] ?? '').split(':');
    if (!(await portAnswers(host, Number(port)))) throw new Error(`KAFKA_BROKERS=${given} does not answer`);
    writeEnv({ KAFKA_BROKERS: given });
    return say(`Kafka: using ${given} (KAFKA_BROKERS)`);
  }
  const known = readState().kafka;
  if (known !== undefined) {
    const kafka = kafkaOfState(known, true);
    const fits = version === undefined || version === known.version;
    if (fits && kafka.isRunning()) {
      writeEnv({ KAFKA_BROKERS: kafka.brokers });
      return say(`Kafka ${known.version}: runs already at ${kafka.brokers}`);
    }
    say(`Kafka ${known.version}: ${kafka.isRunning() ? 'stopping it for the other version' : 'was not running any more; starting afresh'}`);
    await kafka.remove();
  }
  const began = Date.now();
  const dir = join(folder, 'kafka');
  rmSync(dir, { recursive: true, force: true });
  const kafka = await startKafka({ dir, outlive: true, say, ...(version === undefined ? {} : { version }) });
  writeState({ kafka: kafka.state() });
  writeEnv({ KAFKA_BROKERS: kafka.brokers });
  say(`Kafka ${kafka.version}: started at ${kafka.brokers} in ${seconds(began)}, data in ${dir}`);
}

async function bringRabbit(version: RabbitVersion | undefined): Promise<void> {
  const { AMQP_URL: amqp = '', RABBITMQ_API_URL: api = '', RABBITMQ_PROMETHEUS_URL: prometheus = '' } = process.env;
  if (amqp !== '') {
    if (api === '')
      throw new Error('AMQP_URL is set but RABBITMQ_API_URL is not: the management API is needed too, e.g. http://guest:guest@host:15672');
    const { hostname, port, protocol } = new URL(amqp);
    if (!(await portAnswers(hostname, Number(port || (protocol === 'amqps:' ? 5671 : 5672)))))
      throw new Error(`AMQP_URL does not answer at ${hostname}`);
    writeEnv({ AMQP_URL: amqp, RABBITMQ_API_URL: api, RABBITMQ_PROMETHEUS_URL: prometheus });
    return say(`RabbitMQ: using ${hostname} (AMQP_URL)`);
  }
  const known = readState().rabbitmq;
  if (known !== undefined) {
    const rabbit = rabbitOfState(known, true);
    const fits = version === undefined || version === known.version;
    if (fits && rabbit.isRunning()) {
      writeEnv({ AMQP_URL: rabbit.amqpUrl, RABBITMQ_API_URL: rabbit.apiUrl, RABBITMQ_PROMETHEUS_URL: rabbit.prometheusUrl });
      return say(`RabbitMQ (${known.version}): runs already at ${rabbit.amqpUrl}, management ${rabbit.apiUrl}`);
    }
    say(
      `RabbitMQ (${known.version}): ${rabbit.isRunning() ? 'stopping it for the other version' : 'was not running any more; starting afresh'}`,
    );
    await rabbit.remove();
  }
  const began = Date.now();
  const dir = join(folder, 'rabbitmq');
  rmSync(dir, { recursive: true, force: true });
  const rabbit = await startRabbit({ dir, outlive: true, say, ...(version === undefined ? {} : { version }) });
  writeState({ rabbitmq: rabbit.state() });
  writeEnv({ AMQP_URL: rabbit.amqpUrl, RABBITMQ_API_URL: rabbit.apiUrl, RABBITMQ_PROMETHEUS_URL: rabbit.prometheusUrl });
  say(`RabbitMQ (${rabbit.version}): started at ${rabbit.amqpUrl}, management ${rabbit.apiUrl} in ${seconds(began)}, data in ${dir}`);
}

const seconds = (began: number): string => `${((Date.now() - began) / 1000).toFixed(1)} s`;

async function stopAll(): Promise<void> {
  const { kafka, rabbitmq } = readState();
  if (kafka === undefined && rabbitmq === undefined) say('nothing was started here');
  if (kafka !== undefined) {
    await kafkaOfState(kafka, true).remove();
    say(`Kafka ${kafka.version}: stopped`);
  }
  if (rabbitmq !== undefined) {
    await rabbitOfState(rabbitmq, true).remove();
    say(`RabbitMQ (${rabbitmq.version}): stopped`);
  }
  rmSync(stateFile, { force: true });
  rmSync(join(folder, 'env'), { force: true });
}

async function restartThem(only: string | undefined): Promise<void> {
  const { kafka, rabbitmq } = readState();
  if (only !== 'rabbitmq' && kafka !== undefined) {
    const running = kafkaOfState(kafka, true);
    await running.kill9();
    await running.restart();
    writeState({ kafka: running.state() });
    say(`Kafka ${kafka.version}: started again at ${running.brokers}`);
  }
  if (only !== 'kafka' && rabbitmq !== undefined) {
    const running = rabbitOfState(rabbitmq, true);
    await running.kill9();
    await running.restart();
    writeState({ rabbitmq: running.state() });
    say(`RabbitMQ (${rabbitmq.version}): started again`);
  }
  if ((only !== 'rabbitmq' && kafka === undefined) || (only !== 'kafka' && rabbitmq === undefined))
    throw new Error('nothing to start again: these brokers were not started here');
}

function status(): void {
  const { kafka, rabbitmq } = readState();
  const word = (running: boolean) => (running ? 'runs' : 'does not run');
  say(
    kafka === undefined
      ? 'Kafka: not started here'
      : `Kafka ${kafka.version}: ${word(kafkaOfState(kafka, true).isRunning())} at 127.0.0.1:${kafka.port} (pid ${kafka.pid})`,
  );
  say(
    rabbitmq === undefined
      ? 'RabbitMQ: not started here'
      : `RabbitMQ (${rabbitmq.version}): ${word(rabbitOfState(rabbitmq, true).isRunning())} at 127.0.0.1:${rabbitmq.ports.amqp} (pid ${rabbitmq.pid})`,
  );
}

async function main(): Promise<void> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { kafka: { type: 'string' }, rabbitmq: { type: 'string' }, only: { type: 'string' }, help: { type: 'boolean' } },
  });
  const command = values.help === true ? 'help' : (positionals[0] ?? 'help');
  const rabbitVersion = values.rabbitmq;
  if (rabbitVersion !== undefined && rabbitVersion !== '4' && rabbitVersion !== 'system')
    throw new Error('--rabbitmq takes "system" or "4"');
  if (command === 'start') {
    mkdirSync(folder, { recursive: true });
    if (values.only !== 'rabbitmq') await bringKafka(values.kafka);
    if (values.only !== 'kafka') await bringRabbit(rabbitVersion);
    return say(`addresses: ${join(folder, 'env')}`);
  }
  if (command === 'stop') return stopAll();
  if (command === 'restart') return restartThem(values.only);
  if (command === 'status') return status();
  if (command === 'env') return say([...readEnvFile()].map(([name, value]) => `${name}=${value}`).join('\n'));
  say(usage);
  if (command !== 'help') process.exitCode = 2;
}

main().catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
});
