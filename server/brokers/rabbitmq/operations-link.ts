import type { ChannelModel } from 'amqplib';
import { closeLink, openLink } from './amqp-link';
import type { RabbitSettings } from './rabbit-settings';

/** The connection for all but the taps: opened when first needed, opened again after it was lost. */
export class OperationsLink {
  private opening: Promise<ChannelModel> | null = null;

  constructor(private readonly settings: RabbitSettings) {}

  /** Throws an AppError when the broker can't be reached. */
  open(): Promise<ChannelModel> {
    this.opening ??= this.connect();
    return this.opening;
  }

  private async connect(): Promise<ChannelModel> {
    try {
      const link = await openLink(this.settings, 'operations');
      link.on('close', () => (this.opening = null));
      return link;
    } catch (error) {
      this.opening = null;
      throw error;
    }
  }

  async close(): Promise<void> {
    const link = await this.opening?.catch(() => null);
    if (link) await closeLink(link);
  }
}
