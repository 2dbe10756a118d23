import { render, screen } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { expect, it } from 'vitest';
import type { BodyView as Body } from '@/lib/contract/traces';
import { BodyView } from './body-view';

const hostile = '{"name":"<img src=x onerror=alert(1)>"}';
const aBody = (given: Partial<Body> = {}): Body => ({
  kind: 'json',
  text: hostile,
  bytes: btoa(hostile),
  size: hostile.length,
  storedSize: hostile.length,
  problem: null,
  ...given,
});
const draw = (body: Body) => render(<BodyView body={body} contentType="application/json" contentEncoding={null} />);

it('[BV1] shows a hostile body as text and makes no element of it', () => {
  const { container } = draw(aBody());
  expect(screen.getByText(hostile)).toBeInTheDocument();
  expect(container.querySelector('img')).toBeNull();
});

it('[BV2] shows the bytes as they came', async () => {
  draw(aBody({ bytes: btoa('{ "a" :1}'), text: '{\n  "a": 1\n}' }));
  await userEvent.click(screen.getByRole('button', { name: 'Raw' }));
  expect(screen.getByRole('region', { name: 'Body, raw' })).toHaveTextContent('{ "a" :1}');
  await userEvent.click(screen.getByRole('button', { name: 'Hex' }));
  expect(screen.getByRole('region', { name: 'Body, hex' })).toHaveTextContent('0000 7b 20 22 61');
});

it('[BV3] tells a tombstone from an empty body, and says what was cut or could not be read', () => {
  const { unmount } = draw(aBody({ kind: 'none', text: null, bytes: '', size: 0 }));
  expect(screen.getByText(/tombstone/)).toBeInTheDocument();
  unmount();
  draw(aBody({ kind: 'binary', text: null, size: 2_000_000, storedSize: 64_000, problem: 'Not JSON: it begins with 0x00.' }));
  expect(screen.getByText('Not JSON: it begins with 0x00.')).toBeInTheDocument();
  expect(screen.getByText(/first 64.0.kB of 2.0.MB/)).toBeInTheDocument();
});
