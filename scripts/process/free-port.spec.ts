import { expect, it } from '@jest/globals';
import { freePort } from './free-port.ts';

it('a free port is none that the system may give to a connection meanwhile', async () => {
  const ports = await Promise.all(Array.from({ length: 30 }, freePort));
  expect(ports.filter((port) => port < 20_000 || port >= 32_000)).toEqual([]);
});
