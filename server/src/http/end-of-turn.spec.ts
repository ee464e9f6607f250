import { expect, it } from '@jest/globals';
import { atEndOfTurn } from './end-of-turn.js';

it('runs what was asked for when the turn is over, in order, once', async () => {
  const told: string[] = [];
  await new Promise<void>((over) => {
    atEndOfTurn(() => told.push('first'));
    atEndOfTurn(() => told.push('second'));
    atEndOfTurn(over);
    told.push('now');
  });
  await new Promise<void>((over) => atEndOfTurn(over));
  expect(told).toEqual(['now', 'first', 'second']);
});
