import type { ChildProcess } from 'node:child_process';
import type { Bus } from '../bus';
import { BusCore, type BusMessage, type BusWire } from '../bus-core';

/** A child process seen from its parent, or `process` seen from the child. Fork with `serialization: 'advanced'`. */
type IpcChannel = Pick<ChildProcess, 'send' | 'connected'> & Pick<NodeJS.EventEmitter, 'on' | 'off'>;

/** Marks our messages among whatever else travels on the channel. */
interface Envelope {
  readonly eventyardBus: BusMessage;
}

export interface IpcBus extends Bus {
  /** The parent gives each new child here; the one before counts as gone. */
  attach(channel: IpcChannel): void;
}

/** The default bus: Node's own channel between parent and child. Without a channel it waits for `attach`. */
export function openIpcBus(channel?: IpcChannel): IpcBus {
  const core = new BusCore(async () => detach()) as BusCore & IpcBus;
  let detach = (): void => {};

  core.attach = (next) => {
    detach();
    core.setWire(null);
    const onMessage = (message: unknown): void => {
      if (isEnvelope(message)) core.receive(message.eventyardBus);
    };
    const gone = (): void => {
      detach();
      core.setWire(null);
    };
    next.on('message', onMessage);
    next.on('disconnect', gone);
    next.on('exit', gone);
    detach = () => {
      next.off('message', onMessage);
      next.off('disconnect', gone);
      next.off('exit', gone);
      detach = () => {};
    };
    core.setWire(wireOf(next));
  };

  if (channel !== undefined) core.attach(channel);
  return core;
}

function wireOf(channel: IpcChannel): BusWire {
  return {
    send(message, done) {
      if (!channel.connected) {
        done(true);
        return;
      }
      const envelope: Envelope = { eventyardBus: message };
      channel.send(envelope, undefined, {}, (error) => done(error !== null));
    },
  };
}

const isEnvelope = (message: unknown): message is Envelope => typeof message === 'object' && message !== null && 'eventyardBus' in message;
