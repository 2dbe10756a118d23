import { semVer } from '../serialisers/version';

type Data = Readonly<Record<string, unknown>>;

/** Makes one version's data of a type into the next one's. Pure: it invents nothing that the older data do not imply. */
export interface Upcaster {
  readonly type: string;
  readonly from: string;
  readonly to: string;
  up(data: Data): Data;
}

export interface Versioned {
  readonly version: string;
  readonly data: Data;
}

/**
 * What was written long ago is read as if it were written today: the chain of upcasters from its version to the newest. The same chain is used for
 * messages and for the event store; the stored row itself never changes.
 */
export class Upcasters {
  private readonly steps: ReadonlyMap<string, Upcaster>;

  constructor(upcasters: readonly Upcaster[] = []) {
    this.steps = new Map(upcasters.map((step) => [place(step.type, step.from), step]));
  }

  upcast(type: string, version: string, data: Data): Versioned {
    let current: Versioned = { version: semVer(version), data };
    for (;;) {
      const step = this.steps.get(place(type, current.version));
      if (step === undefined) return current;
      current = { version: semVer(step.to), data: step.up(current.data) };
    }
  }
}

const place = (type: string, version: string): string => `${type}@${semVer(version)}`;
