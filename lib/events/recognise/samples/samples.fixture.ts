import { contextSamples } from './contexts.fixture';
import { dotnetSamples } from './dotnet.fixture';
import { envelopeSamples } from './envelopes.fixture';
import { jvmSamples } from './jvm.fixture';
import { otherSamples } from './others.fixture';
import type { Sample } from './sample.fixture';

export const SAMPLES: readonly Sample[] = [...contextSamples, ...envelopeSamples, ...dotnetSamples, ...jvmSamples, ...otherSamples];
