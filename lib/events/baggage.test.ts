import { expect, it } from 'vitest';
import { baggageOf } from './baggage';
import { aHeader } from './event.fixture';

it('[G55] reads baggage of W3C, .NET, Jaeger and OpenTracing; what is broken is left out', () => {
  expect(
    baggageOf([
      aHeader('Baggage', 'tenant=t-1, user = u%202;meta=1,broken,=x,bad=%zz'),
      aHeader('Correlation-Context', 'a=b'),
      aHeader('uberctx-session', 's%201'),
      aHeader('ot-baggage-x', 'y'),
      aHeader('other', 'a=b'),
    ]),
  ).toEqual([
    { name: 'tenant', value: 't-1', from: 'Baggage' },
    { name: 'user', value: 'u 2', from: 'Baggage' },
    { name: 'bad', value: '%zz', from: 'Baggage' },
    { name: 'a', value: 'b', from: 'Correlation-Context' },
    { name: 'session', value: 's 1', from: 'uberctx-session' },
    { name: 'x', value: 'y', from: 'ot-baggage-x' },
  ]);
  expect(baggageOf([aHeader('baggage', Array.from({ length: 200 }, (_, n) => `k${n}=v`).join(','))])).toHaveLength(64);
});
